/// CRC-32C (Castagnoli), and the masked form in which TensorFlow's record files keep it.
package enum CyclicChecksum {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
        return value
    }

    /// The checksum of some bytes.
    package static func value(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let table = Self.table
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        return value ^ 0xFFFF_FFFF
    }

    /// Rotated right by 15 bits and moved by a constant, as the record format has it.
    package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let plain = value(bytes)
        return ((plain >> 15) | (plain << 17)) &+ 0xA282_EAD8
    }
}
