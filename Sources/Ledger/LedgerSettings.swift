import GRDB

/// The settings of a connection that durability hangs on, read back from SQLite.
struct LedgerSettings: Equatable {
    var synchronous: Int
    var journalMode: String
    var foreignKeys: Int
    var automaticCheckpoint: Int

    /// SQLite's number for `synchronous = FULL`: each commit is synced before it returns.
    static let fullSynchronous = 2

    init(_ database: Database) throws {
        synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        journalMode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
        foreignKeys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys") ?? -1
        automaticCheckpoint = try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint") ?? -1
    }

    /// The settings in force on the connection that commits.
    static func ofWriter(_ pool: DatabasePool) throws -> LedgerSettings {
        try pool.writeWithoutTransaction { try LedgerSettings($0) }
    }

    /// Refuses settings under which an acknowledged commit could be lost.
    func requireDurable(path: String) throws(LedgerError) {
        let detail: String? =
            if synchronous != LedgerSettings.fullSynchronous {
                "synchronous is \(LedgerSettings.word(synchronous)), not FULL"
            } else if journalMode != "wal" {
                "the journal mode is \(journalMode), not wal"
            } else if foreignKeys != 1 {
                "foreign keys are off"
            } else if automaticCheckpoint != 0 {
                "the writer checkpoints by itself"
            } else {
                nil
            }
        if let detail { throw .notDurable(path: path, detail: detail) }
    }

    /// Notes the value in the ledger: another process cannot ask this connection.
    func remember(in database: Database) throws {
        let known = try String.fetchOne(
            database, sql: "SELECT value FROM setting WHERE name = 'synchronous'")
        let word = LedgerSettings.word(synchronous)
        guard known != word else { return }
        try database.execute(
            sql: """
                INSERT INTO setting (name, value) VALUES ('synchronous', ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                """, arguments: [word])
    }

    /// SQLite's word for a value of `synchronous`.
    static func word(_ synchronous: Int) -> String {
        switch synchronous {
        case 0: "OFF"
        case 1: "NORMAL"
        case 2: "FULL"
        case 3: "EXTRA"
        default: "unknown"
        }
    }
}
