import Glibc
import Synchronization

/// The claim of one process on a ledger: an advisory lock on a file beside it.
///
/// The file stays when the lock is given back: removing it could let two processes hold two
/// files of one name.
final class ProcessLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock for the ledger at `path`, or throws ``LedgerError/held(path:process:)``.
    init(path: String) throws(LedgerError) {
        let lockPath = path + ".lock"
        // Not inherited: a trainer started by this process must not keep the ledger locked.
        let file = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw .notWritable(
                path: path, detail: "\(lockPath): \(String(cString: strerror(errno)))")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = ProcessLock.holder(file)
            close(file)
            guard reason == EWOULDBLOCK else {
                throw .notWritable(
                    path: path, detail: "\(lockPath): \(String(cString: strerror(reason)))")
            }
            throw .held(path: path, process: holder)
        }
        let text = Array("\(getpid())\n".utf8)
        // The number is for people only; the lock holds without it.
        if ftruncate(file, 0) == 0 { _ = pwrite(file, text, text.count, 0) }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Gives the lock back; a second call does nothing.
    func release() {
        descriptor.withLock { file in
            if let open = file {
                // Closing alone is not enough: a child that is about to be another program holds
                // a copy until then, and with it the lock.
                _ = flock(open, LOCK_UN)
                close(open)
            }
            file = nil
        }
    }

    private static func holder(_ file: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self))
    }
}
