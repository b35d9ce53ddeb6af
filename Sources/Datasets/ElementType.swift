/// The type of the values of a binary array file.
struct ElementType: Equatable {
    /// The kinds of numbers that can be read.
    enum Kind: Equatable {
        case unsigned8
        case signed8
        case unsigned16
        case signed16
        case unsigned32
        case signed32
        case unsigned64
        case signed64
        case float32
        case float64
    }

    var kind: Kind
    var isBigEndian: Bool

    var byteCount: Int {
        switch kind {
        case .unsigned8, .signed8: 1
        case .unsigned16, .signed16: 2
        case .unsigned32, .signed32, .float32: 4
        case .unsigned64, .signed64, .float64: 8
        }
    }

    /// Converts whole values to floats, each divided by `divisor`.
    func convert(
        _ raw: UnsafeRawBufferPointer,
        dividedBy divisor: Float,
        into values: UnsafeMutablePointer<Float>,
    ) {
        let count = raw.count / byteCount
        switch kind {
        case .unsigned8: integers(UInt8.self, raw, count) { values[$0] = Float($1) / divisor }
        case .signed8: integers(Int8.self, raw, count) { values[$0] = Float($1) / divisor }
        case .unsigned16: integers(UInt16.self, raw, count) { values[$0] = Float($1) / divisor }
        case .signed16: integers(Int16.self, raw, count) { values[$0] = Float($1) / divisor }
        case .unsigned32: integers(UInt32.self, raw, count) { values[$0] = Float($1) / divisor }
        case .signed32: integers(Int32.self, raw, count) { values[$0] = Float($1) / divisor }
        case .unsigned64: integers(UInt64.self, raw, count) { values[$0] = Float($1) / divisor }
        case .signed64: integers(Int64.self, raw, count) { values[$0] = Float($1) / divisor }
        case .float32:
            integers(UInt32.self, raw, count) { values[$0] = Float(bitPattern: $1) / divisor }
        case .float64:
            integers(UInt64.self, raw, count) {
                values[$0] = Float(Double(bitPattern: $1)) / divisor
            }
        }
    }

    /// The value at an index as an integer, nil when it is not one that fits.
    func integer(_ raw: UnsafeRawBufferPointer, at index: Int) -> Int64? {
        switch kind {
        case .unsigned8: Int64(load(UInt8.self, raw, index))
        case .signed8: Int64(load(Int8.self, raw, index))
        case .unsigned16: Int64(load(UInt16.self, raw, index))
        case .signed16: Int64(load(Int16.self, raw, index))
        case .unsigned32: Int64(load(UInt32.self, raw, index))
        case .signed32: Int64(load(Int32.self, raw, index))
        case .unsigned64: Int64(exactly: load(UInt64.self, raw, index))
        case .signed64: load(Int64.self, raw, index)
        case .float32: Int64(exactly: Float(bitPattern: load(UInt32.self, raw, index)))
        case .float64: Int64(exactly: Double(bitPattern: load(UInt64.self, raw, index)))
        }
    }

    @inline(__always)
    private func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        _ raw: UnsafeRawBufferPointer,
        _ index: Int,
    ) -> Value {
        let offset = index * MemoryLayout<Value>.size
        let value = raw.loadUnaligned(fromByteOffset: offset, as: type)
        return isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
    }

    @inline(__always)
    private func integers<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        _ raw: UnsafeRawBufferPointer,
        _ count: Int,
        _ body: (Int, Value) -> Void,
    ) {
        for index in 0..<count {
            body(index, load(type, raw, index))
        }
    }
}
