/// A digest of everything that happened in a simulation, to compare two runs by (FNV-1a over
/// eight bytes at a time).
package struct TraceDigest: Equatable, Sendable, CustomStringConvertible {
    /// The digest so far.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Folds a number in.
    mutating func fold(_ number: UInt64) {
        value = (value ^ number) &* 0x100_0000_01B3
        value ^= value >> 29
    }

    /// Folds a text in.
    mutating func fold(_ text: String) {
        var hash = value
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        value = hash
    }

    /// Joins the digest of another simulation; the order of joining does not matter.
    mutating func join(_ other: TraceDigest) {
        value &+= other.value
    }

    /// 16 hexadecimal digits.
    package var description: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
