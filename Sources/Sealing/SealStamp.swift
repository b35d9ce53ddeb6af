/// What makes the nonce of a sealed frame: it travels in clear behind the frame's address and is
/// authenticated with it.
///
/// 32 bytes: salt of the sender's life (16), channel u32, zero u32, counter u64, little-endian. The
/// salt makes the key, channel and counter make the nonce; so no key ever sees a nonce twice, even
/// when a sender starts anew under the same term key.
package struct SealStamp: Hashable, Sendable {
    /// Bytes of a stamp.
    package static let byteCount = 32
    /// Bytes of a salt.
    package static let saltBytes = 16

    let salt: [UInt8]
    let channel: UInt32
    let counter: UInt64

    /// The 12 bytes of the nonce.
    var nonce: [UInt8] { Self.bytes(UInt64(channel), 4) + Self.bytes(counter, 8) }

    /// The bytes behind the address.
    package var encoded: [UInt8] {
        salt + Self.bytes(UInt64(channel), 8) + Self.bytes(counter, 8)
    }

    init(salt: [UInt8], channel: UInt32, counter: UInt64) {
        self.salt = salt
        self.channel = channel
        self.counter = counter
    }

    /// Reads a stamp of exactly ``byteCount`` bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        salt = Array(bytes[..<Self.saltBytes])
        channel = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: Self.saltBytes, as: UInt32.self))
        counter = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: Self.saltBytes + 8, as: UInt64.self))
    }

    private static func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
