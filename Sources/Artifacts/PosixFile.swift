import Glibc

/// One open file; closed when it is released.
final class PosixFile {
    let path: String
    private var descriptor: Int32

    init(reading path: String) throws(ArtifactError) {
        self.path = path
        // Opening a pipe would wait for its writer; then only files and folders pass.
        descriptor = try Self.open(path, O_RDONLY | O_NONBLOCK)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { return }
        let kind = facts.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else {
            throw ArtifactError(
                .other, "read", path, reason: "it is a pipe, a socket or a device",
                cure: "name a regular file")
        }
    }

    /// Takes over a descriptor that is open already.
    init(adopting descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Creates a file that must not exist yet.
    init(creating path: String) throws(ArtifactError) {
        self.path = path
        descriptor = try Self.open(path, O_RDWR | O_CREAT | O_EXCL)
    }

    /// Opens a file for reading and writing, creating it when there is none.
    init(updating path: String) throws(ArtifactError) {
        self.path = path
        descriptor = try Self.open(path, O_RDWR | O_CREAT)
    }

    /// Writes to a device under the name of another path, which a test uses to meet a full disk.
    init(device: String, inPlaceOf path: String) throws(ArtifactError) {
        self.path = path
        descriptor = try Self.open(device, O_WRONLY)
    }

    deinit {
        close()
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    private static func open(_ path: String, _ flags: Int32) throws(ArtifactError) -> Int32 {
        let ownerOnly: mode_t = 0o600
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, ownerOnly)
            if descriptor >= 0 {
                return descriptor
            }
            guard errno == EINTR else {
                throw ArtifactError("open", path, errno: errno)
            }
        }
    }

    /// Seconds since the content changed, by the wall clock.
    func secondsSinceChange() throws(ArtifactError) -> Int64 {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else {
            throw ArtifactError("inspect", path, errno: errno)
        }
        return Int64(time(nil) - facts.st_mtim.tv_sec)
    }

    // MARK: Content

    /// Writes all bytes at an offset.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ArtifactError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw ArtifactError("write", path, errno: count == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Writes all bytes at the current place.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ArtifactError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw ArtifactError("write", path, errno: count == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Fills the buffer from an offset; fewer bytes only at the end of the file.
    func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at offset: Int,
    ) throws(ArtifactError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, offset + done)
            if count == 0 {
                break
            }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw ArtifactError("read", path, errno: errno)
            }
        }
        return done
    }

    func truncate(to size: Int) throws(ArtifactError) {
        guard ftruncate(descriptor, size) == 0 else {
            throw ArtifactError("truncate", path, errno: errno)
        }
    }

    func synchronize() throws(ArtifactError) {
        guard fsync(descriptor) == 0 else {
            throw ArtifactError("sync", path, errno: errno)
        }
    }

    /// Takes the advisory lock of the file without waiting; false when someone else has it.
    func tryLock() throws(ArtifactError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            return true
        }
        guard errno == EWOULDBLOCK else {
            throw ArtifactError("lock", path, errno: errno)
        }
        return false
    }

    // MARK: Status

    func size() throws(ArtifactError) -> Int { Int(try status().st_size) }

    func isRegular() throws(ArtifactError) -> Bool { try status().st_mode & S_IFMT == S_IFREG }

    /// False once the file has no name any more.
    func hasName() throws(ArtifactError) -> Bool { try status().st_nlink > 0 }

    private func status() throws(ArtifactError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ArtifactError("inspect", path, errno: errno)
        }
        return status
    }

    /// Sets the time of last use to now.
    func touch() throws(ArtifactError) {
        guard futimens(descriptor, nil) == 0 else {
            throw ArtifactError("touch", path, errno: errno)
        }
    }

    /// Maps the file read-only; nil for an empty file.
    func map(byteCount: Int) throws(ArtifactError) -> UnsafeRawPointer? {
        guard byteCount > 0 else { return nil }
        let start = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let start, start != MAP_FAILED else {
            throw ArtifactError("map", path, errno: errno)
        }
        return UnsafeRawPointer(start)
    }
}
