import GRDB
import Glibc

/// Copies of a ledger, made while it is in use.
package enum LedgerBackup {
    /// Copies the ledger at `path`, whole and of one moment, to a file that must not exist yet.
    ///
    /// By SQLite's backup interface: a scheduler may go on committing meanwhile. The copy is
    /// synced and checked before this returns.
    package static func copy(from path: String, to copy: String) throws(LedgerError) {
        if LedgerDoor.isDirectory(path) { throw .isDirectory(path: path) }
        guard LedgerDoor.exists(path) else { throw .missing(path: path) }
        try LedgerDoor.requireContent(path: path)
        try LedgerError.translating(path) {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            try self.copy(queue, to: copy)
        }
    }

    /// Brings a ledger that was restored to the newest schema and checks it.
    package static func adopt(path: String) throws(LedgerError) -> LedgerCheckReport {
        let store = try LedgerStore(path: path)
        let report = try store.check()
        try store.close()
        return report
    }

    static func copy(_ source: any DatabaseReader, to path: String) throws {
        guard !LedgerDoor.exists(path) else {
            throw LedgerError.notWritable(path: path, detail: "the file exists already")
        }
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw LedgerError.notWritable(path: path, detail: String(cString: strerror(errno)))
        }
        defer { close(file) }
        let queue = try DatabaseQueue(path: path)
        try source.backup(to: queue)
        try queue.read { try LedgerDoor.requireWhole($0, path: path) }
        try queue.close()
        guard fsync(file) == 0 else {
            throw LedgerError.ioFailure(path: path, detail: String(cString: strerror(errno)))
        }
    }
}
