/// Writes a NumPy archive: a zip file, nothing compressed, of one `.npy` file for each array.
package enum NPZWriter {
    /// One array of 32-bit floats, row-major.
    package struct Array {
        /// Its name, without the ending.
        package var name: String
        /// Extents, outermost first.
        package var shape: [Int]
        /// As many values as the product of the extents.
        package var values: [Float]

        /// An array from its parts.
        package init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// The bytes of an archive of at most 65 535 arrays and 4 GiB; nil for more.
    package static func encode(_ arrays: [Array]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        guard arrays.count < 0xFFFF else { return nil }
        for array in arrays {
            let content = npy(array)
            let name = Swift.Array("\(array.name).npy".utf8)
            guard bytes.count + content.count < Int(UInt32.max), name.count < 0xFFFF else {
                return nil
            }
            // Method 0, the first day a zip file can state, checksum, both lengths.
            var common: [UInt8] = []
            for value in [20, 0, 0, 0, 0x21] as [UInt16] { append(value, &common) }
            append(checksum(content), &common)
            append(UInt32(content.count), &common)
            append(UInt32(content.count), &common)
            append(UInt16(name.count), &common)
            append(UInt16(0), &common)
            append(UInt32(0x0201_4B50), &directory)
            append(UInt16(20), &directory)
            directory += common
            for _ in 0..<3 { append(UInt16(0), &directory) }
            append(UInt32(0), &directory)
            append(UInt32(bytes.count), &directory)
            directory += name
            append(UInt32(0x0403_4B50), &bytes)
            bytes += common
            bytes += name
            bytes += content
        }
        let start = bytes.count
        bytes += directory
        append(UInt32(0x0605_4B50), &bytes)
        append(UInt32(0), &bytes)
        append(UInt16(arrays.count), &bytes)
        append(UInt16(arrays.count), &bytes)
        append(UInt32(directory.count), &bytes)
        append(UInt32(start), &bytes)
        append(UInt16(0), &bytes)
        return bytes.count < Int(UInt32.max) ? bytes : nil
    }

    private static func npy(_ array: Array) -> [UInt8] {
        let extents = array.shape.map { "\($0)," }.joined(separator: " ")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
        while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
        header += "\n"
        var bytes: [UInt8] = [0x93] + Swift.Array("NUMPY".utf8) + [1, 0]
        append(UInt16(header.utf8.count), &bytes)
        bytes += header.utf8
        array.values.withUnsafeBytes { bytes += $0 }
        return bytes
    }

    private static func append<Value: FixedWidthInteger>(_ value: Value, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    /// CRC-32 as zip files have it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = (0..<256).map { (index: UInt32) in
            (0..<8).reduce(index) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
        var value = UInt32.max
        for byte in bytes {
            value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
        }
        return ~value
    }
}
