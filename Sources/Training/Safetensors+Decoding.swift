extension Safetensors {
    /// Reads a file; every size in it is checked before it is used.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer
    ) throws(SafetensorsFault) -> Contents {
        guard bytes.count >= 8 else { throw .truncatedHeader }
        let claimed = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard claimed <= UInt64(maximumHeaderBytes) else {
            throw .headerTooLarge(Int(clamping: claimed))
        }
        let headerCount = Int(claimed)
        guard bytes.count - 8 >= headerCount else { throw .truncatedHeader }
        var reader = SafetensorsHeaderReader(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[8..<(8 + headerCount)])
        )
        let header = try reader.header()
        let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + headerCount)...])
        let entries = header.entries.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
        var tensors: [Tensor] = []
        var position = 0
        for entry in entries {
            guard entry.type == "F32" else {
                throw .unsupportedType(name: entry.name, type: entry.type)
            }
            let count = try elementCount(of: entry.shape, name: entry.name)
            guard entry.begin == position, entry.end >= entry.begin, entry.end <= data.count else {
                throw .badOffsets(entry.name)
            }
            guard entry.end - entry.begin == count * 4 else { throw .wrongLength(entry.name) }
            let part = UnsafeRawBufferPointer(rebasing: data[entry.begin..<entry.end])
            tensors.append(
                Tensor(name: entry.name, shape: entry.shape, values: floats(part, count: count))
            )
            position = entry.end
        }
        guard position == data.count else { throw .badOffsets(entries.last?.name ?? "") }
        return Contents(tensors: tensors, metadata: header.metadata)
    }

    private static func floats(_ bytes: UnsafeRawBufferPointer, count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count {
                let word = bytes.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
                buffer.initializeElement(
                    at: index,
                    to: Float(bitPattern: UInt32(littleEndian: word))
                )
            }
            initialized = count
        }
    }
}
