import Glibc

/// The bounded log of a process: the first bytes and the last ones are kept, the middle is dropped
/// and counted.
///
/// It holds records, each beginning with its text's length as 4 bytes little-endian, then the rest
/// of a header. Positions count bytes of records ever appended. Files: `head`, and up to two
/// segments `tail.POSITION` of which the older is removed when the newer is full. Appending is not
/// synced: what a process printed survives the end of any process, not a power cut. One thread.
package final class OutputLog {
    /// How much is kept, in bytes.
    package struct Bounds: Sendable {
        /// Of the beginning.
        package var head: Int64
        /// Of each of the two segments of the end.
        package var segment: Int64

        /// Makes bounds.
        package init(head: Int64, segment: Int64) {
            self.head = head
            self.segment = segment
        }
    }

    private struct Segment {
        let start: Int64
        var byteCount: Int64
        let path: String
        var end: Int64 { start + byteCount }
    }

    private let folder: String
    private let headerBytes: Int
    private let bounds: Bounds
    private var head: Segment
    private var tails: [Segment] = []
    private var descriptor: Int32 = -1

    /// The position behind the last record.
    package private(set) var end: Int64 = 0

    /// Opens the log of a folder, which is made when missing; a record cut short by a crash is
    /// taken away.
    package init(folder: String, headerBytes: Int, bounds: Bounds) throws(ArtifactError) {
        self.folder = folder
        self.headerBytes = headerBytes
        self.bounds = bounds
        if mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw ArtifactError("make", folder, errno: errno)
        }
        head = Segment(start: 0, byteCount: 0, path: "\(folder)/head")
        head.byteCount = OutputLog.wholeBytes(of: head.path, headerBytes: headerBytes)
        for start in OutputLog.tailStarts(in: folder) {
            let path = "\(folder)/tail.\(start)"
            let count = OutputLog.wholeBytes(of: path, headerBytes: headerBytes)
            tails.append(Segment(start: start, byteCount: count, path: path))
        }
        end = max(head.end, tails.last?.end ?? 0)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends whole records.
    package func append(_ records: UnsafeRawBufferPointer) throws(ArtifactError) {
        guard !records.isEmpty else { return }
        let count = Int64(records.count)
        if tails.isEmpty, head.byteCount + count <= bounds.head {
            try write(records, to: head.path)
            head.byteCount += count
        } else {
            if tails.last.map({ $0.byteCount + count > bounds.segment }) ?? true {
                try turn()
            }
            guard let last = tails.last else { return }
            try write(records, to: last.path)
            tails[tails.count - 1].byteCount += count
        }
        end += count
    }

    /// Begins a new segment and removes the one before the last.
    private func turn() throws(ArtifactError) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        while tails.count > 1 { unlink(tails.removeFirst().path) }
        let path = "\(folder)/tail.\(end)"
        unlink(path)
        tails.append(Segment(start: end, byteCount: 0, path: path))
    }

    private func write(
        _ records: UnsafeRawBufferPointer, to path: String
    ) throws(ArtifactError) {
        if descriptor < 0 {
            descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw ArtifactError("open", path, errno: errno) }
        }
        var done = 0
        while done < records.count, let start = records.baseAddress {
            let count = Glibc.write(descriptor, start + done, records.count - done)
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw ArtifactError("write", path, errno: errno)
            }
        }
    }

    /// Whole records from a position on, at most so many bytes but at least one record; where they
    /// begin is behind `from` when what lies between was dropped.
    package func read(from: Int64, most: Int) -> (position: Int64, bytes: [UInt8]) {
        let from = max(0, from)
        guard from < end,
            let segment = ([head] + tails).first(where: { $0.end > from && $0.byteCount > 0 })
        else { return (end, []) }
        let position = max(from, segment.start)
        let available = Int(segment.end - position)
        let count = min(available, most)
        var bytes = OutputLog.read(segment.path, offset: position - segment.start, count: count)
        var whole = OutputLog.wholePrefix(of: bytes, headerBytes: headerBytes)
        if whole == 0, count < available, let length = recordBytes(bytes) {
            // A single record larger than asked for.
            bytes = OutputLog.read(
                segment.path, offset: position - segment.start, count: min(available, length))
            whole = OutputLog.wholePrefix(of: bytes, headerBytes: headerBytes)
        }
        guard whole > 0 else { return (end, []) }
        return (position, Array(bytes.prefix(whole)))
    }

    private func recordBytes(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        return headerBytes + OutputLog.length(bytes, 0)
    }

    private static func length(_ bytes: [UInt8], _ start: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    /// How many bytes at the front are whole records.
    private static func wholePrefix(of bytes: [UInt8], headerBytes: Int) -> Int {
        var place = 0
        while place + headerBytes <= bytes.count {
            let next = place + headerBytes + length(bytes, place)
            guard next <= bytes.count else { break }
            place = next
        }
        return place
    }

    /// The bytes of whole records in a file, which is cut to them.
    private static func wholeBytes(of path: String, headerBytes: Int) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > 0 else { return 0 }
        let bytes = read(path, offset: 0, count: Int(status.st_size))
        let whole = wholePrefix(of: bytes, headerBytes: headerBytes)
        if whole < bytes.count { truncate(path, whole) }
        return Int64(whole)
    }

    private static func tailStarts(in folder: String) -> [Int64] {
        guard let listing = opendir(folder) else { return [] }
        defer { closedir(listing) }
        var starts: [Int64] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("tail."), let start = Int64(name.dropFirst(5)) {
                starts.append(start)
            }
        }
        return starts.sorted()
    }

    private static func read(_ path: String, offset: Int64, count: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0, count > 0 else { return [] }
        defer { close(descriptor) }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count, let start = buffer.baseAddress {
                let got = pread(descriptor, start + filled, count - filled, Int(offset) + filled)
                if got > 0 {
                    filled += got
                } else if got == 0 || errno != EINTR {
                    break
                }
            }
        }
    }
}
