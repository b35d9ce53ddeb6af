import Glibc

/// As whom a file of this host is read.
package enum HostFileReader: Hashable, Sendable {
    /// As the thread that opens it: the kernel decides.
    case thread
    /// As the user with this number. What only a group may read is refused: who is in which group
    /// differs from host to host.
    case user(UInt32)
    /// As nobody in particular: only what all users of the host may read.
    case anybody
}

/// A regular file of this host, opened once for somebody who may read it.
///
/// The rights are looked at on the way, folder by folder, and on what is open, never by name: a
/// file that is exchanged meanwhile is not read in the place of the one that was looked at.
/// Unchecked is sound: nothing is written after the start, and reads name their own offsets.
package final class HostFile: @unchecked Sendable {
    /// Where it was found.
    package let path: String
    /// Its length when it was opened.
    package let byteCount: Int
    // Read at offsets alone, so threads do not disturb each other.
    private let file: PosixFile

    /// The most symbolic links on the way to a file, as the kernel has it.
    package static let mostLinks = 40

    /// Opens a file; throws `accessDenied` when the reader may not read it or pass a folder before
    /// it, whether the file is there or not.
    package init(_ path: String, readableBy reader: HostFileReader) throws(ArtifactError) {
        self.path = path
        if reader == .thread {
            file = try PosixFile(reading: path)
        } else {
            file = PosixFile(
                adopting: try HostFileWalk(path: path, reader: reader).open(), path: path)
        }
        guard try file.isRegular() else {
            throw ArtifactError(
                .other, "read", path, reason: "it is not a regular file",
                cure: "name a regular file")
        }
        byteCount = try file.size()
    }

    /// Gives the bytes in pieces, no more than the file had when it was opened; `take` gives false
    /// to stop. Returns whether all came.
    package func read(
        _ take: (UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while offset < byteCount {
            let wanted = min(buffer.count, byteCount - offset)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<wanted])
            let count = try file.read(into: piece, at: offset)
            guard count > 0 else { return false }
            guard try take(UnsafeRawBufferPointer(rebasing: piece[0..<count])) else {
                return false
            }
            offset += count
        }
        return true
    }
}

/// The way to a file through its folders, with the rights of another than this process.
private struct HostFileWalk {
    let path: String
    let reader: HostFileReader

    /// A descriptor of the regular file for reading.
    func open() throws(ArtifactError) -> Int32 {
        var rest = Array(path.split(separator: "/").map(String.init).reversed())
        var links = 0
        var folder = try enter(AT_FDCWD, "/")
        defer { close(folder) }
        while let name = rest.popLast() {
            try require(0o100, of: folder)
            let next = try enter(folder, name)
            switch try facts(of: next).st_mode & S_IFMT {
            case S_IFLNK:
                defer { close(next) }
                links += 1
                guard !rest.isEmpty, links <= HostFile.mostLinks else {
                    throw ArtifactError("open", path, errno: ELOOP)
                }
                let target = try self.target(of: next)
                rest += target.split(separator: "/").map(String.init).reversed()
                if target.hasPrefix("/") {
                    let root = try enter(AT_FDCWD, "/")
                    close(folder)
                    folder = root
                }
            case S_IFREG:
                defer { close(next) }
                guard rest.isEmpty else { throw ArtifactError("open", path, errno: ENOTDIR) }
                try require(0o400, of: next)
                // The very file that was looked at, whatever its name stands for by now.
                let opened = Glibc.open("/proc/self/fd/\(next)", O_RDONLY | O_CLOEXEC)
                guard opened >= 0 else { throw ArtifactError("open", path, errno: errno) }
                return opened
            case S_IFDIR where !rest.isEmpty:
                close(folder)
                folder = next
            default:
                close(next)
                throw ArtifactError(
                    .other, "read", path, reason: "it is not a regular file",
                    cure: "name a regular file")
            }
        }
        throw ArtifactError("open", path, errno: EISDIR)
    }

    /// Opens what stands in a folder to look at it, without reading it and without following it.
    private func enter(_ folder: Int32, _ name: String) throws(ArtifactError) -> Int32 {
        // O_PATH, which the C library declares for GNU sources alone.
        let lookingOnly: Int32 = 0o10_000_000
        let found = openat(folder, name, lookingOnly | O_NOFOLLOW | O_CLOEXEC)
        guard found >= 0 else { throw ArtifactError("open", path, errno: errno) }
        return found
    }

    private func facts(of descriptor: Int32) throws(ArtifactError) -> stat {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else {
            throw ArtifactError("inspect", path, errno: errno)
        }
        return facts
    }

    /// Refuses unless the reader has the right, given as the owner's bit of a mode.
    private func require(_ right: mode_t, of descriptor: Int32) throws(ArtifactError) {
        let facts = try facts(of: descriptor)
        if case .user(let number) = reader, facts.st_uid == number, facts.st_mode & right != 0 {
            return
        }
        guard facts.st_mode & (right >> 6) != 0 else {
            throw ArtifactError("read", path, errno: EACCES)
        }
    }

    private func target(of link: Int32) throws(ArtifactError) -> String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(link, "", &bytes, bytes.count)
        guard count > 0 else { throw ArtifactError("open", path, errno: errno) }
        return String(decoding: bytes[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
