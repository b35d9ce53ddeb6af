import ClusterVocabulary
import Foundation
import GRDB
import WireCodec

/// A batch, encoded and checked, ready to be written in one transaction.
struct LedgerWriter {
    private let batch: LedgerBatch
    private let committedAt: Int64
    private let facts: [UInt8]
    private let jobs: [[UInt8]]
    private let nodes: [[UInt8]]
    private let models: [[UInt8]]
    private let experiments: ExperimentWriter

    /// Encodes; refuses what could be written but not read again, by reading it: one record that
    /// breaks a rule of the codec would make the whole ledger unrecoverable.
    init(_ batch: LedgerBatch, at wallMilliseconds: Int64) throws(LedgerError) {
        self.batch = batch
        experiments = try ExperimentWriter(batch.experiments)
        committedAt = wallMilliseconds
        facts = batch.facts.isEmpty ? [] : WireCodec.encode(batch.facts)
        jobs = batch.jobs.map { WireCodec.encode($0) }
        nodes = batch.nodes.map { WireCodec.encode($0) }
        models = batch.models.map { WireCodec.encode($0) }
        do {
            if !facts.isEmpty { _ = try facts.withUnsafeBytes(WireCodec.decodeLedgerFacts) }
            for body in jobs { _ = try body.withUnsafeBytes(WireCodec.decodeJobRecord) }
            for body in nodes { _ = try body.withUnsafeBytes(WireCodec.decodeNodeRecord) }
            for body in models { _ = try body.withUnsafeBytes(WireCodec.decodeModelRecord) }
        } catch {
            throw .rejected(detail: String(describing: error))
        }
    }

    /// Writes inside the caller's transaction; gives the new end of the history.
    func write(to database: Database, after tail: LedgerTail) throws -> LedgerTail {
        try writeJobs(database)
        try writeNodes(database)
        try removeNodes(database)
        try writeModels(database)
        try experiments.write(to: database)
        var next = try writeFacts(database, after: tail)
        try bury(database)
        for changes in batch.access {
            try AccessWriter(changes, at: committedAt).write(to: database)
        }
        try next.audit.append(batch.audits, to: database)
        return next
    }

    private func writeJobs(_ database: Database) throws {
        guard !jobs.isEmpty || !batch.specifications.isEmpty else { return }
        // What identifies a job is written once; `deleted` is never taken back.
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO job (id, namespace, name, run, state, idempotency_key, submitted_at,
                    checksum, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, checksum = excluded.checksum, body = excluded.body
                """)
        for (job, body) in zip(batch.jobs, jobs) {
            try insert.execute(arguments: [
                column(job.id), job.namespace, job.name, Int64(job.run),
                Int64(job.state.rawValue), job.idempotencyKey, job.submittedAt,
                StoredBody.checksum(body), Data(body),
            ])
        }
        let text = try database.cachedStatement(
            sql: "INSERT INTO specification (job, text) VALUES (?, ?)")
        for specification in batch.specifications {
            try text.execute(arguments: [column(specification.job), specification.text])
        }
    }

    private func writeNodes(_ database: Database) throws {
        guard !nodes.isEmpty else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO node (id, state, checksum, body) VALUES (?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, checksum = excluded.checksum, body = excluded.body
                """)
        for (node, body) in zip(batch.nodes, nodes) {
            try insert.execute(arguments: [
                node.description.node.name, Int64(node.state.rawValue),
                StoredBody.checksum(body), Data(body),
            ])
        }
    }

    private func removeNodes(_ database: Database) throws {
        guard !batch.removedNodes.isEmpty else { return }
        let remove = try database.cachedStatement(sql: "DELETE FROM node WHERE id = ?")
        for node in batch.removedNodes { try remove.execute(arguments: [node.name]) }
    }

    private func writeModels(_ database: Database) throws {
        guard !models.isEmpty else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO model (namespace, name, version, job, checksum, body)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        for (model, body) in zip(batch.models, models) {
            try insert.execute(arguments: [
                model.namespace, model.name, Int64(model.version), column(model.job),
                StoredBody.checksum(body), Data(body),
            ])
        }
    }

    private func writeFacts(_ database: Database, after tail: LedgerTail) throws -> LedgerTail {
        guard !batch.facts.isEmpty else { return tail }
        var next = tail
        next.record += 1
        next.chain = StoredBody.checksum(facts, after: tail.chain)
        let record = try database.cachedStatement(
            sql: "INSERT INTO record (sequence, committed_at, checksum, facts) VALUES (?, ?, ?, ?)")
        try record.execute(arguments: [next.record, committedAt, next.chain, Data(facts)])
        let event = try database.cachedStatement(
            sql: """
                INSERT INTO event (sequence, record, position, job, kind, at)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        for (position, fact) in batch.facts.enumerated() {
            next.event += 1
            try event.execute(arguments: [
                next.event, next.record, Int64(position),
                fact.job.number == 0 ? nil : column(fact.job), Int64(fact.kind.rawValue), fact.at,
            ])
        }
        return next
    }

    private func bury(_ database: Database) throws {
        guard !batch.deletedJobs.isEmpty else { return }
        let bury = try database.cachedStatement(sql: "UPDATE job SET deleted = 1 WHERE id = ?")
        for job in batch.deletedJobs {
            try bury.execute(arguments: [column(job)])
            guard database.changesCount == 1 else {
                throw LedgerError.rejected(detail: "job \(job) to delete is not in the ledger")
            }
        }
    }

    private func column(_ job: JobID) throws -> Int64 {
        guard let number = Int64(exactly: job.number) else {
            throw LedgerError.rejected(detail: "job number \(job) is over \(Int64.max)")
        }
        return number
    }
}
