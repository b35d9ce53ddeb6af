import Glibc

/// Folder operations, each durable once `synchronize` of the folder concerned returned.
enum PosixFolder {
    /// One entry of a folder.
    struct Entry {
        var name: String
        var isFolder: Bool
        var size: Int
        /// Nanoseconds since 1970.
        var modified: Int64
    }

    /// Creates a folder and the missing ones above it; what exists is fine.
    static func create(_ path: String) throws(ArtifactError) {
        let ownerOnly: mode_t = 0o700
        if mkdir(path, ownerOnly) == 0 {
            try synchronize(parent(of: path))
            return
        }
        let code = errno
        if code == EEXIST, isFolder(path) {
            return
        }
        guard code == ENOENT, parent(of: path) != path else {
            throw ArtifactError("create folder", path, errno: code == EEXIST ? ENOTDIR : code)
        }
        try create(parent(of: path))
        guard mkdir(path, ownerOnly) == 0 || errno == EEXIST else {
            throw ArtifactError("create folder", path, errno: errno)
        }
        try synchronize(parent(of: path))
    }

    static func parent(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") {
            trimmed = trimmed.dropLast()
        }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    static func name(of path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Size of a plain file, nil when there is none.
    static func fileSize(_ path: String) throws(ArtifactError) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT {
                return nil
            }
            throw ArtifactError("inspect", path, errno: errno)
        }
        return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    /// Makes created, renamed and removed names of a folder durable.
    static func synchronize(_ path: String) throws(ArtifactError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ArtifactError("open folder", path, errno: errno)
        }
        defer { close(descriptor) }
        // Some network and overlay filesystems cannot sync folders and answer EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw ArtifactError("sync folder", path, errno: errno)
        }
    }

    static func rename(_ source: String, to target: String) throws(ArtifactError) {
        guard Glibc.rename(source, target) == 0 else {
            throw ArtifactError("rename \(source) to", target, errno: errno)
        }
    }

    /// Removes a file; false when there is none.
    @discardableResult
    static func remove(_ path: String) throws(ArtifactError) -> Bool {
        if unlink(path) == 0 {
            return true
        }
        guard errno == ENOENT else {
            throw ArtifactError("remove", path, errno: errno)
        }
        return false
    }

    /// Removes a folder that holds files and folders of files, never following links.
    static func removeTree(_ path: String) throws(ArtifactError) {
        for entry in try list(path) {
            let inner = "\(path)/\(entry.name)"
            if entry.isFolder {
                try removeTree(inner)
            } else {
                try remove(inner)
            }
        }
        guard rmdir(path) == 0 || errno == ENOENT else {
            throw ArtifactError("remove folder", path, errno: errno)
        }
    }

    /// Entries sorted by name, `.` and `..` left out.
    static func list(_ path: String) throws(ArtifactError) -> [Entry] {
        guard let stream = opendir(path) else {
            throw ArtifactError("list", path, errno: errno)
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let item = readdir(stream) else {
                guard errno == 0 else {
                    throw ArtifactError("list", path, errno: errno)
                }
                break
            }
            let name = withUnsafePointer(to: &item.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            // An entry that vanished since is not an error.
            guard name != ".", name != "..", lstat("\(path)/\(name)", &status) == 0 else {
                continue
            }
            entries.append(
                Entry(
                    name: name,
                    isFolder: status.st_mode & S_IFMT == S_IFDIR,
                    size: Int(status.st_size),
                    modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000
                        + Int64(status.st_mtim.tv_nsec),
                ))
        }
        return entries.sorted { $0.name < $1.name }
    }

    static let maximumTemporaryNames = 1_000

    /// A name for a temporary that no other process or thread uses at the same time.
    static func temporaryName(attempt: Int) -> String {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return "\(getpid())-\(time.tv_sec)\(time.tv_nsec)-\(attempt)"
    }
}
