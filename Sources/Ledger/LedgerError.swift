import GRDB

/// Why the ledger could not be opened, read or written: what, where, what to do next.
package enum LedgerError: Error, Hashable, Sendable {
    /// Another process has the ledger open; its number when the lock file tells it.
    case held(path: String, process: Int32?)
    /// There is no ledger at the path.
    case missing(path: String)
    /// The path names a folder.
    case isDirectory(path: String)
    /// The file system is shared over a network, where SQLite's locks cannot be trusted.
    case networkFileSystem(path: String, kind: String)
    /// The folder or file cannot be written.
    case notWritable(path: String, detail: String)
    /// A newer release wrote the ledger; the copy it made before of what this one can read, if
    /// there is one.
    case newerVersion(path: String, found: Int, newestKnown: Int, copy: String? = nil)
    /// The file is a SQLite database of something else.
    case foreign(path: String)
    /// The file is not what was written.
    case damaged(path: String, detail: String)
    /// A setting that durability needs is not in force.
    case notDurable(path: String, detail: String)
    /// Another connection holds the file just now; the same commit may be tried again.
    case busy(path: String)
    /// The disk is full; the same commit may be tried again once there is room.
    case full(path: String)
    /// The disk failed: what was committed before may be trusted, this process may not go on.
    case ioFailure(path: String, detail: String)
    /// The content breaks a rule of the ledger; nothing of it was written.
    case rejected(detail: String)
    /// The store was closed.
    case closed(path: String)

    /// Whether the same commit may succeed later: hold its effects and try again.
    package var isRetryable: Bool {
        switch self {
        case .busy, .full: true
        default: false
        }
    }

    /// Whether the store refuses every later commit, because the file's state is unknown.
    package var isFatal: Bool {
        switch self {
        case .ioFailure, .damaged, .closed, .notDurable, .notWritable: true
        default: false
        }
    }
}

extension LedgerError: CustomStringConvertible {
    /// One sentence: what, where, what to do next.
    package var description: String {
        switch self {
        case .held(let path, let process):
            "ledger \(path) is held by another process"
                + (process.map { " (pid \($0))" } ?? "")
                + "; stop it or choose another state folder"
        case .missing(let path):
            "there is no ledger at \(path); check the path"
        case .isDirectory(let path):
            "ledger \(path) is a folder; name a file in it"
        case .networkFileSystem(let path, let kind):
            "ledger \(path) lies on a network file system (\(kind)), where file locks and syncs "
                + "cannot be trusted; move the state folder to a local disk"
        case .notWritable(let path, let detail):
            "ledger \(path) cannot be written: \(detail); make the folder writable"
        case .newerVersion(let path, let found, let newestKnown, let copy):
            "ledger \(path) has schema version \(found), this program knows up to \(newestKnown); "
                + "start it with the newer release"
                + (copy.map { ", or go back to \($0), the copy made before the change" } ?? "")
        case .foreign(let path):
            "\(path) is a SQLite database, but not a ledger; check the path"
        case .damaged(let path, let detail):
            "ledger \(path) is damaged: \(detail); keep the file, restore a backup"
        case .notDurable(let path, let detail):
            "ledger \(path) would not be durable: \(detail)"
        case .busy(let path):
            "ledger \(path) is locked by another connection at the moment"
        case .full(let path):
            "the disk of ledger \(path) is full; free some space, the commit is tried again"
        case .ioFailure(let path, let detail):
            "the disk of ledger \(path) failed: \(detail); check the disk, then start again"
        case .rejected(let detail):
            "the ledger refuses the commit: \(detail)"
        case .closed(let path):
            "ledger \(path) is closed"
        }
    }
}

extension LedgerError {
    /// The meaning of an error of SQLite; errors that are one already pass through.
    init(_ error: any Error, path: String) {
        if let known = error as? LedgerError {
            self = known
            return
        }
        guard let failure = error as? DatabaseError else {
            self = .ioFailure(path: path, detail: String(describing: error))
            return
        }
        let detail =
            "\(failure.message ?? "no message") "
            + "(SQLite \(failure.extendedResultCode.rawValue))"
        switch failure.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
        case .SQLITE_FULL: self = .full(path: path)
        case .SQLITE_IOERR:
            // Growing the WAL's index on a full disk is the one fullness SQLite calls otherwise.
            self =
                failure.extendedResultCode == .SQLITE_IOERR_SHMSIZE
                ? .full(path: path) : .ioFailure(path: path, detail: detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(path: path, detail: detail)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
            self = .notWritable(path: path, detail: detail)
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE:
            self = .rejected(detail: detail)
        case .SQLITE_MISUSE: self = .closed(path: path)
        default: self = .ioFailure(path: path, detail: detail)
        }
    }

    /// Runs work on the database and gives its errors their meaning.
    static func translating<Value>(
        _ path: String, _ work: () throws -> Value
    ) throws(LedgerError) -> Value {
        do {
            return try work()
        } catch {
            throw LedgerError(error, path: path)
        }
    }
}
