/// TensorFlow's record framing, taken in as it comes: length, its checksum, data, its checksum;
/// numbers little-endian, checksums masked CRC-32C.
package struct RecordFile: Sendable {
    /// The largest record that is read, in bytes; a larger one is passed over.
    package static let largest = 16 << 20
    private static let head = 12
    private static let tail = 4

    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes of a record that is passed over, its checksum included.
    private var skipped: UInt64 = 0
    /// Why nothing more is read; `nil` while all is well.
    package private(set) var problem: String?

    /// A file at its beginning.
    package init() {}

    /// Takes the next bytes of the file.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        guard problem == nil else { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        let passed = Int(min(skipped, UInt64(bytes.count)))
        skipped -= UInt64(passed)
        buffer.append(contentsOf: bytes.dropFirst(passed))
    }

    /// The data of the next whole record; `nil` when there is none yet, or no more.
    package mutating func next() -> ArraySlice<UInt8>? {
        while problem == nil, buffer.count - start >= RecordFile.head {
            let length = number(at: start, bytes: 8)
            let mark = UInt32(truncatingIfNeeded: number(at: start + 8, bytes: 4))
            guard CyclicChecksum.masked(buffer[start..<(start + 8)]) == mark else {
                fail("the length of a record does not match its checksum")
                return nil
            }
            guard length <= UInt64(RecordFile.largest) else {
                skip(length)
                continue
            }
            let data = start + RecordFile.head
            let end = data + Int(length)
            guard buffer.count >= end + RecordFile.tail else { return nil }
            let body = buffer[data..<end]
            let sum = UInt32(truncatingIfNeeded: number(at: end, bytes: 4))
            guard CyclicChecksum.masked(body) == sum else {
                fail("a record does not match its checksum")
                return nil
            }
            start = end + RecordFile.tail
            return body
        }
        return nil
    }

    private mutating func skip(_ length: UInt64) {
        let there = UInt64(buffer.count - start - RecordFile.head)
        let (whole, isOver) = length.addingReportingOverflow(UInt64(RecordFile.tail))
        guard !isOver else {
            fail("a record claims \(length) bytes")
            return
        }
        let passed = min(there, whole)
        start += RecordFile.head + Int(passed)
        skipped = whole - passed
    }

    private mutating func fail(_ why: String) {
        problem = why
        buffer = []
        start = 0
    }

    private func number(at place: Int, bytes: Int) -> UInt64 {
        (0..<bytes).reduce(0) { $0 | UInt64(buffer[place + $1]) << UInt64(8 * $1) }
    }
}
