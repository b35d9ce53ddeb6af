/// The part of a text file that is in memory: all of a plain file, a sliding piece of a gzip one.
///
/// A piece always begins at the start of a record; it is refilled when a record runs over its end.
final class TextWindow {
    private static let initialCapacity = 4 << 20

    private var source: ByteSource
    private var owned: UnsafeMutableRawBufferPointer?
    private let maximumRecordBytes: Int
    /// The bytes in memory.
    private(set) var bytes: UnsafePointer<UInt8>
    private(set) var count: Int
    /// True when nothing follows the bytes in memory.
    private(set) var isFinal: Bool

    init(_ source: ByteSource, maximumRecordBytes: Int) throws(DataProblem) {
        self.source = source
        self.maximumRecordBytes = maximumRecordBytes
        if let whole = source.whole, let base = whole.baseAddress {
            bytes = base.assumingMemoryBound(to: UInt8.self)
            count = whole.count
            isFinal = true
            return
        }
        let capacity = min(Self.initialCapacity, max(maximumRecordBytes, 1))
        let start = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        owned = UnsafeMutableRawBufferPointer(start: start, count: capacity)
        bytes = UnsafePointer(start.bindMemory(to: UInt8.self, capacity: capacity))
        count = 0
        isFinal = false
        try refill(keepingFrom: 0, line: 1)
    }

    deinit {
        owned?.deallocate()
    }

    /// Drops what lies before `position`, which moves to 0, and reads on behind the rest.
    func refill(keepingFrom position: Int, line: Int) throws(DataProblem) {
        guard var buffer = owned else { return }
        let kept = count - position
        if kept == buffer.count {
            guard buffer.count < maximumRecordBytes else {
                throw Self.tooLong(file: source.file, line: line, bound: maximumRecordBytes)
            }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: min(buffer.count * 2, maximumRecordBytes),
                alignment: 64,
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            buffer.deallocate()
            owned = larger
            buffer = larger
        } else if kept > 0, position > 0, let base = buffer.baseAddress {
            base.copyMemory(from: base.advanced(by: position), byteCount: kept)
        }
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
        let gained = try source.read(into: free)
        count = kept + gained
        isFinal = gained < free.count
        if let base = buffer.baseAddress {
            bytes = UnsafePointer(base.assumingMemoryBound(to: UInt8.self))
        }
    }

    static func tooLong(file: DataFileRole, line: Int, bound: Int) -> DataProblem {
        DataProblem(
            .recordTooLong,
            in: file,
            line: line,
            found: "the record that starts here is longer than \(bound) bytes",
            cure: "look for a quote that is never closed",
        )
    }
}
