/// A fast 128-bit digest: XXH64 with seed 0x6D6C63746C2D6869 (high) and 0x6D6C63746C2D6C6F (low).
///
/// Finds accidental difference between copies of a round's buffers. It is not cryptographic and
/// no defence against somebody who wants a collision: files carry SHA-256.
package struct FastDigest: Sendable, Hashable, CustomStringConvertible {
    /// XXH64 of the bytes with the first seed.
    package var high: UInt64
    /// XXH64 of the bytes with the second seed.
    package var low: UInt64

    /// A digest from its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 32 hexadecimal digits of either case; nil for anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 32 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (index, digit) in digits.enumerated() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            if index < 16 {
                halves.0 = halves.0 << 4 | UInt64(value)
            } else {
                halves.1 = halves.1 << 4 | UInt64(value)
            }
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// The digest of the bytes.
    package static func of(_ bytes: UnsafeRawBufferPointer) -> FastDigest {
        FastDigest(
            high: xxHash64(bytes, seed: 0x6D6C_6374_6C2D_6869),
            low: xxHash64(bytes, seed: 0x6D6C_6374_6C2D_6C6F)
        )
    }

    /// The digest of a chain that stood at this digest and goes on with the next one.
    ///
    /// It is the digest of 32 bytes: this high and low half, then the next one's, little-endian.
    package func chained(with next: FastDigest) -> FastDigest {
        let words = SIMD4<UInt64>(
            high.littleEndian,
            low.littleEndian,
            next.high.littleEndian,
            next.low.littleEndian
        )
        return withUnsafeBytes(of: words) { FastDigest.of($0) }
    }

    /// 32 lower-case hexadecimal digits, the high half first.
    package var description: String {
        Self.padded(high) + Self.padded(low)
    }

    private static func padded(_ half: UInt64) -> String {
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
