import Datasets

/// Builds input files byte by byte, so that tests need no files on disk.
enum DatasetFixtures {
    static let classText = DataFormat.csv(label: .name("class"), header: nil)

    static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    static func floats(_ values: [Float]) -> [UInt8] {
        values.flatMap { littleEndian($0.bitPattern) }
    }

    /// An IDX file of unsigned bytes unless another type code is given.
    static func idx(_ shape: [Int], _ values: [UInt8], type: UInt8 = 8) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)] + shape.flatMap { bigEndian(UInt32($0)) } + values
    }

    static func npy(
        _ type: String,
        _ shape: String,
        _ values: [UInt8],
        version: UInt8 = 1,
        order: String = "False",
    ) -> [UInt8] {
        var header = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
        let prefix = version == 1 ? 10 : 12
        while (prefix + header.utf8.count + 1) % 64 != 0 {
            header += " "
        }
        header += "\n"
        let length =
            version == 1
            ? littleEndian(UInt16(header.utf8.count)) : littleEndian(UInt32(header.utf8.count))
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + values
    }

    /// Gzip with stored blocks: valid, and needs no compressor.
    static func gzip(_ plain: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let maximumBlock = 65_535
        var start = 0
        repeat {
            let end = min(start + maximumBlock, plain.count)
            let count = UInt16(end - start)
            bytes.append(end == plain.count ? 1 : 0)
            bytes += littleEndian(count) + littleEndian(~count)
            bytes += plain[start..<end]
            start = end
        } while start < plain.count
        return bytes + littleEndian(checksum(plain)) + littleEndian(UInt32(plain.count))
    }

    /// A zip file, nothing compressed, with one `.npy` file for each array.
    static func zip(_ arrays: [(String, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (array, content) in arrays {
            let name = Array("\(array).npy".utf8)
            let common =
                littleEndian(UInt16(20)) + littleEndian(UInt16(0)) + littleEndian(UInt16(0))
                + littleEndian(UInt32(0)) + littleEndian(checksum(content))
                + littleEndian(UInt32(content.count)) + littleEndian(UInt32(content.count))
                + littleEndian(UInt16(name.count)) + littleEndian(UInt16(0))
            directory +=
                littleEndian(UInt32(0x0201_4B50)) + littleEndian(UInt16(20)) + common
                + [UInt8](repeating: 0, count: 10) + littleEndian(UInt32(bytes.count)) + name
            bytes += littleEndian(UInt32(0x0403_4B50)) + common + name + content
        }
        let start = bytes.count
        return bytes + directory + littleEndian(UInt32(0x0605_4B50))
            + littleEndian(UInt32(0)) + littleEndian(UInt16(arrays.count))
            + littleEndian(UInt16(arrays.count)) + littleEndian(UInt32(directory.count))
            + littleEndian(UInt32(start)) + littleEndian(UInt16(0))
    }

    /// Copies bytes to an aligned place for the time of a call.
    static func withBytes<Value>(
        _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(DataProblem) -> Value
    ) throws(DataProblem) -> Value {
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(bytes.count, 1), alignment: 64)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        return try body(UnsafeRawBufferPointer(rebasing: copy[..<bytes.count]))
    }

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

    /// Runs the builder over arrays.
    static func build(
        _ train: [UInt8],
        labels: [UInt8]? = nil,
        test: [UInt8]? = nil,
        testLabels: [UInt8]? = nil,
        _ format: DataFormat,
        limits: DataLimits = DataLimits(),
    ) throws(DataProblem) -> ParsedSet {
        let copies = [train, labels, test, testLabels].map { bytes in
            bytes.map { bytes in
                let copy = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: bytes.count,
                    alignment: 64,
                )
                copy.copyBytes(from: bytes)
                return copy
            }
        }
        defer { copies.forEach { $0?.deallocate() } }
        let views = copies.map { $0.map { UnsafeRawBufferPointer($0) } }
        return try SetBuilder.build(
            files: DataFiles(
                train: views[0] ?? UnsafeRawBufferPointer(start: nil, count: 0),
                trainLabels: views[1],
                test: views[2],
                testLabels: views[3],
            ),
            format: format,
            limits: limits,
        )
    }

    static func build(
        _ train: String,
        test: String? = nil,
        _ format: DataFormat = classText,
        limits: DataLimits = DataLimits(),
    ) throws(DataProblem) -> ParsedSet {
        try build(
            Array(train.utf8),
            test: test.map { Array($0.utf8) },
            format,
            limits: limits,
        )
    }

    /// The problem a build ends with, nil when it succeeds.
    static func problem(_ body: () throws(DataProblem) -> ParsedSet) -> DataProblem? {
        do throws(DataProblem) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }
}

/// Splitmix64: the same numbers on every run and machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
