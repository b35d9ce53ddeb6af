import Glibc

/// Reads small files that people name.
enum LocalFile {
    /// A regular file as the kernel finds it: the path without symbolic links, and its size.
    static func find(_ path: String) throws(ClientFailure) -> (path: String, byteCount: Int) {
        guard let resolved = realpath(path, nil) else {
            throw failure(path)
        }
        defer { free(resolved) }
        var status = stat()
        guard stat(resolved, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "not a regular file"
            throw ClientFailure(.wrongUsage, "\(path) is \(kind); name a file")
        }
        return (String(cString: resolved), Int(status.st_size))
    }

    /// The text of a file of at most so many bytes.
    static func text(_ path: String, atMost bound: Int) throws(ClientFailure) -> String {
        let file = try find(path)
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        return try text(descriptor, name: path, atMost: bound)
    }

    /// The rest of an open file, such as standard input.
    static func text(
        _ descriptor: Int32, name: String, atMost bound: Int
    ) throws(ClientFailure) -> String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(name)
            }
            bytes += piece[..<count]
            guard bytes.count <= bound else {
                throw ClientFailure(.wrongUsage, "\(name) is longer than \(bound) bytes")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ClientFailure(.wrongUsage, "\(name) is not UTF-8 text")
        }
        return text
    }

    private static func failure(_ path: String) -> ClientFailure {
        let code = errno
        let cure =
            switch code {
            case ENOENT, ENOTDIR: "check the path"
            case EACCES: "give this user the right to read it"
            default: "try again"
            }
        return ClientFailure(
            .wrongUsage, "\(path) cannot be read: \(String(cString: strerror(code))); \(cure)")
    }
}
