import Glibc

/// A file that grows: gives what is new at every look, within a bound.
struct FollowedFile {
    /// The most bytes taken at one look.
    static let mostBytes = 64 << 20
    private static let piece = 256 << 10

    let path: String
    private var offset: Int64 = 0
    private var inode: UInt64 = 0

    /// Follows a path; what is there already belongs to somebody else with `fromEnd`.
    init(_ path: String, fromEnd: Bool = false) {
        self.path = path
        var status = stat()
        if fromEnd, stat(path, &status) == 0 {
            offset = Int64(status.st_size)
            inode = UInt64(status.st_ino)
        }
    }

    /// What was written since the last look; a file that became shorter, or is another one, is
    /// read from its beginning. `nil` while there is none.
    mutating func news(_ take: ([UInt8]) -> Void) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        if UInt64(status.st_ino) != inode || Int64(status.st_size) < offset {
            if inode != 0 { offset = 0 }
            inode = UInt64(status.st_ino)
        }
        var taken = 0
        var bytes = [UInt8](repeating: 0, count: FollowedFile.piece)
        while taken < FollowedFile.mostBytes {
            let count = pread(descriptor, &bytes, bytes.count, Int(offset))
            guard count > 0 else { break }
            offset += Int64(count)
            taken += count
            take(Array(bytes[..<count]))
        }
        return true
    }
}
