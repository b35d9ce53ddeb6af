import Glibc

/// Small files that their owner alone may read: keys, tokens.
package enum PrivateFile {
    /// Writes a file whole: temporary with mode 0600, synced, renamed, the folder synced.
    package static func write(_ bytes: [UInt8], to path: String) throws(ArtifactError) {
        let temporary = "\(path).tmp"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw ArtifactError("create", temporary, errno: errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(file, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = ArtifactError("write", temporary, errno: errno)
                close(file)
                unlink(temporary)
                throw error
            }
            written += count
        }
        let isSynced = fsync(file) == 0
        close(file)
        guard isSynced, rename(temporary, path) == 0 else {
            throw ArtifactError("write", path, errno: errno)
        }
    }
}
