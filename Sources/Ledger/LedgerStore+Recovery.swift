package import ClusterVocabulary
import GRDB
import WireCodec

/// What a scheduler takes over at its start.
package struct RecoveredLedger: Sendable, Equatable {
    /// All jobs that were not deleted, by number.
    package var jobs: [JobRecord] = []
    /// All nodes, by name.
    package var nodes: [NodeRecord] = []
    /// All models, by namespace, name, version.
    package var models: [ModelRecord] = []
    /// The number after the last one ever given, deleted jobs included.
    package var nextJob = JobID(1)
    /// The last run by `namespace/name`, deleted jobs included.
    package var lastRuns: [String: UInt32] = [:]
    /// Jobs by `namespace/key` of their idempotency key, deleted jobs included.
    package var jobsByKey: [String: JobID] = [:]
    /// How many records of facts the ledger holds.
    package var recordCount = 0
    /// The sequence of the last event; 0 before the first.
    package var lastEvent: Int64 = 0
    /// All users, tokens, node keys and claims.
    package var access = AccessChanges()

    /// An empty ledger.
    package init() {}
}

extension LedgerStore {
    /// Reads users, tokens, node keys and claims alone: who may connect is known before anybody
    /// can.
    package func recoverAccess() throws(LedgerError) -> AccessChanges {
        try LedgerError.translating(path) {
            try pool.read { try AccessReading(path: path).everything($0) }
        }
    }

    /// Reads the newest state of everything, in one snapshot.
    ///
    /// Throws ``LedgerError/damaged(path:detail:)`` when a record is not what was written.
    package func recover() throws(LedgerError) -> RecoveredLedger {
        try LedgerError.translating(path) {
            try pool.read { try LedgerReading(path: path).everything($0) }
        }
    }
}

/// Reads and checks the rows of a ledger.
struct LedgerReading {
    /// The ledger, for errors.
    let path: String

    func everything(_ database: Database) throws -> RecoveredLedger {
        var ledger = RecoveredLedger()
        ledger.jobs = try jobs(database)
        ledger.nodes = try nodes(database)
        ledger.models = try models(database)
        let last = try Int64.fetchOne(database, sql: "SELECT max(id) FROM job") ?? 0
        ledger.nextJob = JobID(UInt64(clamping: last) + 1)
        let runs = try Row.fetchCursor(
            database, sql: "SELECT namespace, name, max(run) FROM job GROUP BY namespace, name")
        while let row = try runs.next() {
            let namespace: String = row[0]
            let name: String = row[1]
            ledger.lastRuns["\(namespace)/\(name)"] = UInt32(clamping: row[2] as Int64)
        }
        let keys = try Row.fetchCursor(
            database,
            sql: "SELECT namespace, idempotency_key, id FROM job WHERE idempotency_key <> ''")
        while let row = try keys.next() {
            let namespace: String = row[0]
            let key: String = row[1]
            ledger.jobsByKey["\(namespace)/\(key)"] = JobID(UInt64(clamping: row[2] as Int64))
        }
        ledger.recordCount = try Int.fetchOne(database, sql: "SELECT count(*) FROM record") ?? 0
        ledger.lastEvent =
            try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM event") ?? 0
        ledger.access = try AccessReading(path: path).everything(database)
        return ledger
    }

    private func jobs(_ database: Database) throws -> [JobRecord] {
        try read(
            database, "SELECT id, checksum, body FROM job WHERE deleted = 0 ORDER BY id",
            named: { "job \($0["id"] as Int64)" }, decode: WireCodec.decodeJobRecord)
    }

    private func nodes(_ database: Database) throws -> [NodeRecord] {
        try read(
            database, "SELECT id, checksum, body FROM node ORDER BY id",
            named: { "node \($0["id"] as String)" }, decode: WireCodec.decodeNodeRecord)
    }

    private func models(_ database: Database) throws -> [ModelRecord] {
        try read(
            database,
            """
            SELECT namespace, name, version, checksum, body FROM model
            ORDER BY namespace, name, version
            """,
            named: { "model \($0["name"] as String)@\($0["version"] as Int64)" },
            decode: WireCodec.decodeModelRecord)
    }

    private func read<Value>(
        _ database: Database, _ query: String, named name: (Row) -> String,
        decode: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        let rows = try Row.fetchCursor(database, sql: query)
        while let row = try rows.next() {
            values.append(
                try StoredBody.read(row, "body", of: name(row), path: path, decode: decode))
        }
        return values
    }
}
