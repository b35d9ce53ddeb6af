package import ClusterVocabulary

/// One event of TensorFlow's summaries as far as it holds single numbers: `simple_value`, and
/// tensors with one element (event.proto, summary.proto, tensor.proto of TensorFlow).
package struct SummaryEvent: Sendable, Equatable {
    /// The step.
    package var step: Int64 = 0
    /// Values by tag, in their order.
    package var values: [Metric] = []

    /// Reads a message; what is no number is passed over.
    package init(_ bytes: ArraySlice<UInt8>) {
        for field in ProtobufFields(bytes) {
            switch field {
            case .number(2, let value): step = Int64(bitPattern: value)
            case .bytes(5, let summary): read(summary: summary)
            default: continue
            }
        }
    }

    private mutating func read(summary: ArraySlice<UInt8>) {
        for case .bytes(1, let value) in ProtobufFields(summary) {
            var tag = ""
            var number: Double?
            for field in ProtobufFields(value) {
                switch field {
                case .bytes(1, let text): tag = String(decoding: text, as: UTF8.self)
                case .fixed32(2, let bits): number = Double(Float(bitPattern: bits))
                case .bytes(8, let tensor): number = SummaryEvent.scalar(of: tensor) ?? number
                default: continue
                }
            }
            if let number, !tag.isEmpty { values.append(Metric(tag, number)) }
        }
    }

    /// The number of a tensor with one element; `nil` for any other.
    private static func scalar(of tensor: ArraySlice<UInt8>) -> Double? {
        var type: UInt64 = 0
        var content: ArraySlice<UInt8> = []
        var found: [Double] = []
        for field in ProtobufFields(tensor) {
            switch field {
            case .number(1, let value): type = value
            case .bytes(4, let bytes): content = bytes
            case .bytes(5, let packed):
                guard packed.count == 4 else { return nil }
                found.append(Double(Float(bitPattern: UInt32(little(packed)))))
            case .fixed32(5, let bits): found.append(Double(Float(bitPattern: bits)))
            case .bytes(6, let packed):
                guard packed.count == 8 else { return nil }
                found.append(Double(bitPattern: little(packed)))
            case .fixed64(6, let bits): found.append(Double(bitPattern: bits))
            case .bytes(7, let packed), .bytes(10, let packed):
                for byte in packed.dropLast() where byte < 0x80 { return nil }
                found += integers(packed)
            case .number(7, let value), .number(10, let value):
                found.append(Double(Int64(bitPattern: value)))
            default: continue
            }
        }
        if found.isEmpty { return scalar(content, type: type) }
        return found.count == 1 ? found[0] : nil
    }

    /// A packed list of one integer.
    private static func integers(_ packed: ArraySlice<UInt8>) -> [Double] {
        guard packed.count <= 10 else { return [] }
        var value: UInt64 = 0
        for (index, byte) in packed.enumerated() where 7 * index < 64 {
            value |= UInt64(byte & 0x7F) << UInt64(7 * index)
        }
        return packed.isEmpty ? [] : [Double(Int64(bitPattern: value))]
    }

    /// The one number of `tensor_content`, by the number of its type.
    private static func scalar(_ content: ArraySlice<UInt8>, type: UInt64) -> Double? {
        switch (type, content.count) {
        case (1, 4): Double(Float(bitPattern: UInt32(little(content))))
        case (2, 8): Double(bitPattern: little(content))
        case (3, 4): Double(Int32(bitPattern: UInt32(little(content))))
        case (9, 8): Double(Int64(bitPattern: little(content)))
        default: nil
        }
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
}
