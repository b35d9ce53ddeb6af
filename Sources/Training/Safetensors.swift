/// The safetensors file format for 32-bit floats: named tensors and a map of texts.
///
/// A file is the length of the header (8 bytes, little-endian), the header as JSON filled up with
/// spaces to a multiple of 8 bytes, then the tensors' bytes without gaps.
package enum Safetensors {
    /// The largest header that is read or written, in bytes.
    package static let maximumHeaderBytes = 1 << 20
    /// The most tensors of a file.
    package static let maximumTensors = 4096
    /// The most extents of a tensor's shape.
    package static let maximumRank = 8

    /// One named tensor, row-major.
    package struct Tensor: Sendable, Equatable {
        /// Its name, unique in the file.
        package var name: String
        /// Extents, outermost first; empty for a single number.
        package var shape: [Int]
        /// Elements, as many as the product of the extents.
        package var values: [Float]

        /// A tensor from its parts.
        package init(name: String, shape: [Int], values: [Float]) {
            self.name = name
            self.shape = shape
            self.values = values
        }
    }

    /// What a file holds.
    package struct Contents: Sendable, Equatable {
        /// Tensors in the order of their bytes.
        package var tensors: [Tensor]
        /// Texts by key; written in the order of the keys' UTF-8 bytes.
        package var metadata: [String: String]

        /// Contents from their parts.
        package init(tensors: [Tensor], metadata: [String: String]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    /// The bytes of a file: the same contents always give the same bytes.
    ///
    /// Refuses contents that `decode` would not read back: wrong counts, names used twice, too
    /// much of something.
    package static func encode(_ contents: Contents) throws(SafetensorsFault) -> [UInt8] {
        let counts = try checkedCounts(of: contents.tensors)
        var header = Array("{\"__metadata__\":{".utf8)
        let keys = contents.metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for (index, key) in keys.enumerated() {
            if index > 0 { header.append(UInt8(ascii: ",")) }
            appendQuoted(key, to: &header)
            header.append(UInt8(ascii: ":"))
            appendQuoted(contents.metadata[key] ?? "", to: &header)
        }
        header.append(UInt8(ascii: "}"))
        var offset = 0
        for (tensor, count) in zip(contents.tensors, counts) {
            header.append(UInt8(ascii: ","))
            appendQuoted(tensor.name, to: &header)
            let shape = tensor.shape.map { String($0) }.joined(separator: ",")
            let end = offset + count * 4
            let entry =
                ":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
                + "\"data_offsets\":[\(offset),\(end)]}"
            header.append(contentsOf: entry.utf8)
            offset = end
        }
        header.append(UInt8(ascii: "}"))
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        guard header.count <= maximumHeaderBytes else { throw .headerTooLarge(header.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header)
        for tensor in contents.tensors {
            append(tensor.values, to: &bytes)
        }
        return bytes
    }

    private static func checkedCounts(of tensors: [Tensor]) throws(SafetensorsFault) -> [Int] {
        guard tensors.count <= maximumTensors else { throw .tooManyTensors }
        var names: Set<String> = ["__metadata__"]
        var counts: [Int] = []
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else { throw .duplicateName(tensor.name) }
            let count = try elementCount(of: tensor.shape, name: tensor.name)
            guard count == tensor.values.count else { throw .wrongLength(tensor.name) }
            counts.append(count)
        }
        return counts
    }

    /// The product of the extents, refused when it or its bytes do not fit.
    static func elementCount(of shape: [Int], name: String) throws(SafetensorsFault) -> Int {
        guard shape.count <= maximumRank else { throw .badShape(name) }
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard extent >= 0, !overflow, product <= Int.max / 8 else { throw .badShape(name) }
            count = product
        }
        return count
    }

    private static func append(_ values: [Float], to bytes: inout [UInt8]) {
        #if _endian(little)
            values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        #else
            for value in values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        #endif
    }

    private static func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes.append(contentsOf: "\\u00".utf8)
                if digits.utf8.count == 1 { bytes.append(UInt8(ascii: "0")) }
                bytes.append(contentsOf: digits.utf8)
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
