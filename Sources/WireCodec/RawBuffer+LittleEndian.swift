extension UnsafeMutableRawBufferPointer {
    /// Writes a number at any alignment; the caller has checked that it fits.
    func write(_ value: some FixedWidthInteger & BitwiseCopyable, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: type(of: value))
    }
}

extension UnsafeRawBufferPointer {
    /// Reads a number at any alignment; the caller has checked that it is there.
    func read<Number: FixedWidthInteger & BitwiseCopyable>(
        _ type: Number.Type, at offset: Int
    ) -> Number {
        Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
