package import ClusterVocabulary
import GRDB

/// One line of the record of who did what, with its place.
package struct AuditEntry: Sendable, Equatable {
    /// Counts the lines from 1.
    package var sequence: Int64
    /// What it says.
    package var record: AuditRecord

    /// Makes an entry.
    package init(sequence: Int64, record: AuditRecord) {
        self.sequence = sequence
        self.record = record
    }
}

/// The end of the record of who did what: what the next line continues.
struct AuditTail: Equatable {
    private var sequence: Int64 = 0
    private var chain: Int64 = 0

    init(_ database: Database) throws {
        let row = try Row.fetchOne(
            database, sql: "SELECT sequence, checksum FROM audit ORDER BY sequence DESC LIMIT 1")
        if let row {
            sequence = row[0]
            chain = row[1]
        }
    }

    /// Writes further lines inside the caller's transaction.
    mutating func append(_ records: [AuditRecord], to database: Database) throws {
        guard !records.isEmpty else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO audit
                    (sequence, at, user, role, origin, operation, target, outcome, checksum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for record in records {
            sequence += 1
            chain = record.checksum(after: chain)
            try insert.execute(arguments: [
                sequence, record.at, record.user, record.role, record.origin, record.operation,
                record.target, record.outcome, chain,
            ])
        }
    }
}

extension AuditRecord {
    /// The checksum of the line, chained to the one before.
    func checksum(after previous: Int64) -> Int64 {
        let parts = [String(at), user, role, origin, operation, target, outcome]
        return StoredBody.checksum(Array(parts.joined(separator: "\0").utf8), after: previous)
    }

    init(_ row: Row) {
        self.init(
            at: row["at"], user: row["user"], role: row["role"], origin: row["origin"],
            operation: row["operation"], target: row["target"], outcome: row["outcome"])
    }
}

extension LedgerStore {
    /// The record of who did what after `sequence`, oldest first: of one user, or of all.
    ///
    /// Gives at most `limit`, and at most ``mostEvents``.
    package func audits(
        user: String? = nil, after sequence: Int64 = 0, limit: Int
    ) throws(LedgerError) -> [AuditEntry] {
        try LedgerError.translating(path) {
            var arguments: StatementArguments = [sequence]
            if let user { arguments += [user] }
            arguments += [max(0, min(limit, LedgerStore.mostEvents))]
            return try pool.read { database in
                try Row.fetchAll(
                    database,
                    sql: """
                        SELECT * FROM audit WHERE sequence > ? \(user == nil ? "" : "AND user = ?")
                        ORDER BY sequence LIMIT ?
                        """, arguments: arguments
                ).map { AuditEntry(sequence: $0["sequence"], record: AuditRecord($0)) }
            }
        }
    }
}

extension LedgerInspection {
    /// The tables of access, and every line of the record against its checksum and place.
    func checkAccess(_ database: Database, _ report: inout LedgerCheckReport) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        // A ledger of an older release that nobody has opened with this one yet.
        guard version >= 2 else { return }
        do {
            _ = try AccessReading(path: path).everything(database)
        } catch LedgerError.damaged(_, let detail) {
            report.add(detail)
        }
        var count: Int64 = 0
        var chain: Int64 = 0
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM audit ORDER BY sequence")
        while let row = try rows.next() {
            count += 1
            let sequence: Int64 = row["sequence"]
            if sequence != count {
                report.add("line \(count) of the audit record is missing; \(sequence) follows")
                count = sequence
            }
            if AuditRecord(row).checksum(after: chain) != row["checksum"] as Int64 {
                report.add("line \(sequence) of the audit record has changed")
            }
            chain = row["checksum"]
        }
    }
}
