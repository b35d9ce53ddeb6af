import GRDB
import Glibc

/// One step from a schema to the next, in the order of ``all``.
///
/// A ledger of an older release is copied whole (`ledger.sqlite.version-1`), then all missing
/// steps run in one transaction. An older release refuses the changed file and names the copy.
struct LedgerMigration {
    /// The `user_version` after the step; one more than before.
    let version: Int
    /// What the step adds; existing rows keep their meaning.
    let sql: String

    /// The step with its mark.
    var statements: String { sql + "\nPRAGMA user_version = \(version);\n" }

    /// Every step since ``LedgerSchema/firstVersion``. A released step never changes: add another.
    static let all = [
        LedgerMigration(version: 2, sql: AccessSchema.tables + "\n" + ExperimentSchema.tables)
    ]

    /// The copy that was made of a ledger when it still had a version.
    static func copyPath(of path: String, version: Int) -> String { "\(path).version-\(version)" }

    /// The newest copy beside a ledger that a program can read.
    static func copy(of path: String, readableBy newest: Int) -> String? {
        guard newest >= 1 else { return nil }
        for version in stride(from: newest, through: 1, by: -1) {
            let copy = copyPath(of: path, version: version)
            if LedgerDoor.exists(copy) { return copy }
        }
        return nil
    }

    /// Brings an existing ledger to the newest schema; nothing happens when it has it.
    ///
    /// The caller holds the ledger's lock. On any error the ledger is as it was.
    static func migrate(path: String) throws {
        var configuration = Configuration()
        configuration.label = "ledger migration"
        configuration.busyMode = .timeout(LedgerStore.busySeconds)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        let found = try queue.read { database in
            try LedgerSchema.checkFormat(
                database, path: path, applicationID: LedgerSchema.applicationID)
            return try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        }
        let missing = all.filter { $0.version > found }
        guard !missing.isEmpty else { return }
        try queue.read { try LedgerDoor.requireWhole($0, path: path) }
        try copy(queue, path: path, version: found)
        try queue.write { database in
            for step in missing { try database.execute(sql: step.statements) }
        }
    }

    /// Writes the copy under another name, syncs it, then names it.
    private static func copy(_ queue: DatabaseQueue, path: String, version: Int) throws {
        let copy = copyPath(of: path, version: version)
        let temporary = copy + ".new"
        unlink(temporary)
        try LedgerBackup.copy(queue, to: temporary)
        guard rename(temporary, copy) == 0 else {
            throw LedgerError.notWritable(path: copy, detail: String(cString: strerror(errno)))
        }
        try LedgerDoor.syncFolder(of: path)
    }
}
