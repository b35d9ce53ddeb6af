package import ClusterVocabulary
import Foundation
import GRDB
import WireCodec

/// A fact with its place in the history.
package struct LedgerEvent: Sendable, Equatable {
    /// Counts all facts of the ledger from 1.
    package var sequence: Int64
    /// What happened.
    package var fact: LedgerFact
    /// The namespace of the job or experiment it is about, deleted ones too; `nil` for facts of
    /// nodes, and where it is not known.
    package var namespace: String?

    /// Makes an event.
    package init(sequence: Int64, fact: LedgerFact, namespace: String? = nil) {
        self.sequence = sequence
        self.fact = fact
        self.namespace = namespace
    }
}

/// How much a ledger holds.
package struct LedgerCounts: Sendable, Equatable {
    /// Records: commits with facts.
    package var records: Int
    /// Events: facts.
    package var events: Int
    /// Jobs that were not deleted.
    package var jobs: Int
    /// Tombstones.
    package var deletedJobs: Int
    /// Texts of specifications.
    package var specifications: Int
    /// Nodes.
    package var nodes: Int
    /// Models.
    package var models: Int
    /// Points of curves.
    package var points: Int
    /// Bytes of the ledger file and its WAL.
    package var ledgerBytes: Int64
    /// Bytes of the file of curves and its WAL.
    package var metricsBytes: Int64
}

extension LedgerStore {
    /// The most events one call gives.
    package static let mostEvents = 10_000

    /// The canonical YAML a job was submitted with; `nil` for an unknown job.
    package func specification(of job: JobID) throws(LedgerError) -> String? {
        try LedgerError.translating(path) {
            guard let number = Int64(exactly: job.number) else { return nil }
            return try pool.read { database in
                try String.fetchOne(
                    database, sql: "SELECT text FROM specification WHERE job = ?",
                    arguments: [number])
            }
        }
    }

    /// The facts after `sequence`, oldest first: of one job, or of everything with `nil`.
    ///
    /// Gives at most `limit`, and at most ``mostEvents``; go on after the last one's sequence.
    package func events(
        job: JobID? = nil, after sequence: Int64 = 0, limit: Int
    ) throws(LedgerError) -> [LedgerEvent] {
        try LedgerError.translating(path) {
            var arguments: StatementArguments = [sequence]
            if let job {
                guard let number = Int64(exactly: job.number) else { return [] }
                arguments += [number]
            }
            arguments += [max(0, min(limit, LedgerStore.mostEvents))]
            return try pool.read { database in
                try readEvents(
                    database, condition: job == nil ? "" : "AND job = ?", arguments: arguments)
            }
        }
    }

    private func readEvents(
        _ database: Database, condition: String, arguments: StatementArguments
    ) throws -> [LedgerEvent] {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: """
                    SELECT sequence, record, position, namespace FROM event
                    LEFT JOIN job ON job.id = event.job
                    WHERE sequence > ? \(condition) ORDER BY sequence LIMIT ?
                    """), arguments: arguments)
        let bodies = try database.cachedStatement(
            sql: "SELECT facts FROM record WHERE sequence = ?")
        var events: [LedgerEvent] = []
        // Events of one commit stand together: its record is decoded once.
        var facts: [LedgerFact] = []
        var decoded: Int64 = 0
        while let row = try rows.next() {
            let record: Int64 = row["record"]
            if record != decoded {
                guard let body = try Data.fetchOne(bodies, arguments: [record]) else {
                    throw LedgerError.damaged(path: path, detail: "record \(record) is gone")
                }
                do {
                    facts = try body.withUnsafeBytes { try WireCodec.decodeLedgerFacts($0) }
                } catch {
                    throw LedgerError.damaged(path: path, detail: "record \(record): \(error)")
                }
                decoded = record
            }
            let position: Int = row["position"]
            guard facts.indices.contains(position) else {
                throw LedgerError.damaged(
                    path: path, detail: "record \(record) has no fact \(position)")
            }
            let fact = facts[position]
            let namespace: String? = try row["namespace"] ?? namespace(of: fact, database)
            events.append(
                LedgerEvent(sequence: row["sequence"], fact: fact, namespace: namespace))
        }
        return events
    }

    /// The namespace of the experiment a fact is about.
    private func namespace(of fact: LedgerFact, _ database: Database) throws -> String? {
        guard let number = fact.experiment.flatMap({ Int64(exactly: $0.number) }) else {
            return nil
        }
        return try String.fetchOne(
            database.cachedStatement(sql: "SELECT namespace FROM experiment WHERE id = ?"),
            arguments: [number])
    }

    /// Counts rows and bytes.
    package func counts() throws(LedgerError) -> LedgerCounts {
        try LedgerError.translating(path) {
            let points = try curves.pointCount()
            return try pool.read { database in
                func count(_ table: String) throws -> Int {
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
                }
                return LedgerCounts(
                    records: try count("record"), events: try count("event"),
                    jobs: try count("job WHERE deleted = 0"),
                    deletedJobs: try count("job WHERE deleted = 1"),
                    specifications: try count("specification"), nodes: try count("node"),
                    models: try count("model"), points: points,
                    ledgerBytes: bytes(path), metricsBytes: bytes(curves.path))
            }
        }
    }

    private func bytes(_ file: String) -> Int64 {
        LedgerDoor.byteCount(of: file) + LedgerDoor.byteCount(of: file + "-wal")
    }
}
