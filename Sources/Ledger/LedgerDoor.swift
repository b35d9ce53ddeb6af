import GRDB
import Glibc

/// The checks before a ledger is opened, and the opening of its connections.
enum LedgerDoor {
    /// The smallest page SQLite knows.
    private static let leastBytes = 512

    /// Looks at the place and takes the lock; touches nothing else.
    static func enter(
        path: String, fileSystem: (String) -> String?
    ) throws(LedgerError) -> ProcessLock {
        if isDirectory(path) { throw .isDirectory(path: path) }
        let folder = folder(of: path)
        guard isDirectory(folder) else {
            throw .notWritable(path: path, detail: "there is no folder \(folder)")
        }
        if let kind = fileSystem(folder), FileSystemKind.isNetwork(kind) {
            throw .networkFileSystem(path: path, kind: kind)
        }
        let lock = try ProcessLock(path: path)
        guard access(folder, W_OK) == 0, !exists(path) || access(path, R_OK | W_OK) == 0 else {
            throw .notWritable(path: path, detail: String(cString: strerror(errno)))
        }
        return lock
    }

    /// Whether there is no ledger yet; what is left of one is refused, never written over.
    static func needsCreation(path: String) throws(LedgerError) -> Bool {
        let log = byteCount(of: path + "-wal")
        guard exists(path) else {
            guard log == 0 else {
                throw .damaged(
                    path: path, detail: "the file is gone, but its log \(path)-wal is there")
            }
            return true
        }
        try requireContent(path: path)
        return false
    }

    /// Refuses a file too short for its first page: SQLite would take it for a new database.
    static func requireContent(path: String) throws(LedgerError) {
        let count = byteCount(of: path)
        guard count >= leastBytes else {
            throw .damaged(path: path, detail: "the file has only \(count) bytes")
        }
    }

    /// Creates an empty ledger under another name and renames it: a ledger is whole or not there.
    static func create(path: String) throws {
        let temporary = path + ".new"
        for suffix in ["", "-journal"] where unlink(temporary + suffix) != 0 && errno != ENOENT {
            throw LedgerError.notWritable(
                path: path, detail: "\(temporary): \(String(cString: strerror(errno)))")
        }
        try build(
            temporary,
            schema: LedgerSchema.ledger + LedgerMigration.all.map(\.statements).joined())
        guard rename(temporary, path) == 0 else {
            throw LedgerError.notWritable(path: path, detail: String(cString: strerror(errno)))
        }
        try syncFolder(of: path)
        // Curves of an earlier ledger here would be taken for those of the new one's jobs.
        let curves = curvesPath(besides: path)
        for suffix in ["", "-wal"] where exists(curves + suffix) {
            guard rename(curves + suffix, curves + ".old" + suffix) == 0 else {
                throw LedgerError.notWritable(
                    path: curves, detail: String(cString: strerror(errno)))
            }
        }
        unlink(curves + "-shm")
    }

    /// Makes a database file for the owner alone, with a schema, complete and synced.
    static func build(_ path: String, schema: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw LedgerError.notWritable(path: path, detail: String(cString: strerror(errno)))
        }
        Glibc.close(file)
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { try $0.execute(sql: schema) }
        try queue.close()
    }

    /// Opens the writer and its readers; checks the format and every page before the first write.
    static func openPool(path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "ledger"
        configuration.busyMode = .timeout(LedgerStore.busySeconds)
        configuration.prepareDatabase { database in
            guard !database.configuration.readonly else { return }
            try LedgerSchema.checkFormat(
                database, path: path, applicationID: LedgerSchema.applicationID)
            try requireWhole(database, path: path)
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // Only now: opening the pool set `synchronous` to NORMAL, which loses the last commits in
        // a power cut.
        try pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA journal_size_limit = \(LedgerStore.largestLog);
                    """)
        }
        return pool
    }

    /// Opens the connection that copies the WAL into the file and writes nothing else.
    static func openCheckpointer(path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "ledger checkpoint"
        configuration.busyMode = .timeout(LedgerStore.busySeconds)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// The file of curves that belongs to the ledger at `path`.
    static func curvesPath(besides path: String) -> String { folder(of: path) + "/metrics.sqlite" }

    static func requireWhole(_ database: Database, path: String) throws {
        let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard finding == "ok" else { throw LedgerError.damaged(path: path, detail: finding) }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func exists(_ path: String) -> Bool { status(of: path) != nil }

    static func isDirectory(_ path: String) -> Bool {
        status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// The length of a file; 0 when there is none.
    static func byteCount(of path: String) -> Int64 {
        status(of: path).map { Int64($0.st_size) } ?? 0
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    static func syncFolder(of path: String) throws {
        let handle = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else {
            throw LedgerError.ioFailure(path: path, detail: String(cString: strerror(errno)))
        }
        defer { Glibc.close(handle) }
        guard fsync(handle) == 0 else {
            throw LedgerError.ioFailure(path: path, detail: String(cString: strerror(errno)))
        }
    }
}
