import GRDB
import Synchronization

/// The durable memory of a scheduler: one SQLite file, one writer, and a second file for curves.
///
/// ``commit(_:at:)`` belongs to one thread, the scheduler's loop. Every other method may be called
/// from any thread at the same time: reads see the newest committed state and never wait for the
/// writer. ``checkpoint()`` and ``appendPoints(_:)`` touch the disk at length and belong to a
/// thread other than the loop's.
package final class LedgerStore: Sendable {
    /// The path of the ledger file.
    package let path: String
    /// The writer connection, with full syncs, and the readers.
    let pool: DatabasePool
    let curves: CurveFile
    /// Copies the WAL into the file, so that the writer never has to.
    private let checkpointer: Mutex<DatabaseQueue?>
    private let lock: ProcessLock
    private let tail: Mutex<LedgerTail>

    /// The size of the WAL from which on ``checkpoint()`` also empties it, waiting for readers.
    package static let largestLog = 64 * 1_048_576
    /// How long a commit waits for another connection before it is ``LedgerError/busy(path:)``.
    static let busySeconds = 0.25

    /// Opens the ledger at `path`, or creates it; the folder must exist.
    ///
    /// Holds an exclusive lock until ``close()``. Refuses a ledger held by another process, on a
    /// network file system, of a newer release, damaged (the whole file is read), or not writable.
    package convenience init(path: String) throws(LedgerError) {
        try self.init(path: path, fileSystem: FileSystemKind.type(ofFolder:))
    }

    init(path: String, fileSystem: (String) -> String?) throws(LedgerError) {
        self.path = path
        lock = try LedgerDoor.enter(path: path, fileSystem: fileSystem)
        do {
            if try LedgerDoor.needsCreation(path: path) {
                try LedgerDoor.create(path: path)
            } else {
                try LedgerMigration.migrate(path: path)
            }
            pool = try LedgerDoor.openPool(path: path)
            checkpointer = Mutex(try LedgerDoor.openCheckpointer(path: path))
            curves = try CurveFile(path: LedgerDoor.curvesPath(besides: path))
            let settings = try LedgerSettings.ofWriter(pool)
            try settings.requireDurable(path: path)
            tail = Mutex(
                try pool.write { database in
                    try settings.remember(in: database)
                    return try LedgerTail(database)
                })
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// Makes a batch durable: when this returns, a power cut loses nothing of it.
    ///
    /// One transaction: the facts as one encoded record and as events, each changed entity's row
    /// once. On any error nothing was written. When ``LedgerError/isRetryable`` the same batch
    /// may be committed again; after an error that ``LedgerError/isFatal`` every later commit is
    /// refused, because a sync that failed once may wrongly succeed the second time.
    ///
    /// - Parameter wallMilliseconds: milliseconds since 1970, kept with the record.
    package func commit(
        _ batch: LedgerBatch, at wallMilliseconds: Int64
    ) throws(LedgerError) {
        guard !batch.isEmpty else { return }
        let writer = try LedgerWriter(batch, at: wallMilliseconds)
        let failure = tail.withLock { tail -> LedgerError? in
            if let failure = tail.failure { return failure }
            do {
                let before = tail
                tail = try pool.write { database in try writer.write(to: database, after: before) }
                return nil
            } catch {
                let failure = LedgerError(error, path: path)
                if failure.isFatal { tail.failure = failure }
                return failure
            }
        }
        if let failure { throw failure }
    }

    /// Copies committed pages from the WAL into the ledger file and syncs it; not on the loop.
    ///
    /// Waits for nobody, unless the WAL has grown beyond ``largestLog``: then it is emptied,
    /// and a commit at that moment may find the ledger busy. Commits themselves never do this.
    @discardableResult
    package func checkpoint() throws(LedgerError) -> LedgerCheckpoint {
        try LedgerError.translating(path) {
            try checkpointer.withLock { queue in
                guard let queue else { throw LedgerError.closed(path: path) }
                return try queue.writeWithoutTransaction { database in
                    let isLarge = LedgerDoor.byteCount(of: path + "-wal") > LedgerStore.largestLog
                    let (all, copied) = try database.checkpoint(isLarge ? .truncate : .passive)
                    return LedgerCheckpoint(pages: all, copiedPages: copied)
                }
            }
        }
    }

    /// The settings of the writer, read from its connection.
    func writerSettings() throws(LedgerError) -> LedgerSettings {
        try LedgerError.translating(path) {
            try tail.withLock { tail in
                // GRDB does not survive the use of a closed connection.
                guard tail.failure != .closed(path: path) else {
                    throw LedgerError.closed(path: path)
                }
                return try LedgerSettings.ofWriter(pool)
            }
        }
    }

    /// Closes both files and gives the lock back; every later call throws.
    package func close() throws(LedgerError) {
        defer { lock.release() }
        try LedgerError.translating(path) {
            try curves.close()
            try checkpointer.withLock { queue in
                try queue?.close()
                queue = nil
            }
            try tail.withLock { tail in
                tail.failure = .closed(path: path)
                try pool.close()
            }
        }
    }
}

/// What a checkpoint did.
package struct LedgerCheckpoint: Sendable, Equatable {
    /// Pages in the WAL.
    package var pages: Int
    /// Pages of these that are in the ledger file now.
    package var copiedPages: Int
}

/// The end of the history: what the next record continues.
struct LedgerTail {
    /// The last record; 0 before the first.
    var record: Int64 = 0
    /// The last event; 0 before the first.
    var event: Int64 = 0
    /// The checksum of the last record.
    var chain: Int64 = 0
    /// The end of the record of who did what.
    var audit: AuditTail
    /// Why nothing may be written any more.
    var failure: LedgerError?

    init(_ database: Database) throws {
        let row = try Row.fetchOne(
            database, sql: "SELECT sequence, checksum FROM record ORDER BY sequence DESC LIMIT 1")
        if let row {
            record = row[0]
            chain = row[1]
        }
        event = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM event") ?? 0
        audit = try AuditTail(database)
    }
}
