/// The fields of one protobuf message, in their order; ends early where the bytes make no sense.
struct ProtobufFields: Sequence, IteratorProtocol {
    /// One field.
    enum Field {
        case number(Int, UInt64)
        case fixed64(Int, UInt64)
        case bytes(Int, ArraySlice<UInt8>)
        case fixed32(Int, UInt32)
    }

    private var rest: ArraySlice<UInt8>
    /// Whether what followed could not be read.
    private(set) var isBroken = false

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func next() -> Field? {
        guard !isBroken, !rest.isEmpty else { return nil }
        guard let key = varint(), key >> 3 > 0, let number = Int(exactly: key >> 3),
            let field = self.field(number, kind: key & 7)
        else {
            isBroken = true
            return nil
        }
        return field
    }

    private mutating func field(_ number: Int, kind: UInt64) -> Field? {
        switch kind {
        case 0: return varint().map { .number(number, $0) }
        case 1: return fixed(8).map { .fixed64(number, $0) }
        case 2:
            guard let length = varint(), let count = Int(exactly: length), count <= rest.count
            else { return nil }
            let bytes = rest.prefix(count)
            rest = rest.dropFirst(count)
            return .bytes(number, bytes)
        case 5: return fixed(4).map { .fixed32(number, UInt32(truncatingIfNeeded: $0)) }
        default: return nil
        }
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            if shift < 64 { value |= UInt64(byte & 0x7F) << UInt64(shift) }
            if byte < 0x80 { return value }
        }
        return nil
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard rest.count >= count else { return nil }
        let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(count)
        return value
    }
}
