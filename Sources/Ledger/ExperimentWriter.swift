import ClusterVocabulary
import Foundation
import GRDB
import WireCodec

/// The experiments of a batch, encoded and checked, to be written within its transaction.
struct ExperimentWriter {
    private let batch: ExperimentBatch
    private let records: [[UInt8]]
    private let trials: [[UInt8]]

    /// Encodes; refuses what could be written but not read again, by reading it.
    init(_ batch: ExperimentBatch) throws(LedgerError) {
        self.batch = batch
        records = batch.records.map { WireCodec.encode($0) }
        trials = batch.trials.map { WireCodec.encode($0) }
        do {
            for body in records { _ = try body.withUnsafeBytes(WireCodec.decodeExperimentRecord) }
            for body in trials { _ = try body.withUnsafeBytes(WireCodec.decodeTrial) }
        } catch {
            throw .rejected(detail: String(describing: error))
        }
    }

    /// Writes inside the caller's transaction, before the jobs that name the trials.
    func write(to database: Database) throws {
        guard !batch.isEmpty else { return }
        try writeRecords(database)
        try writeTrials(database)
        for id in batch.deleted {
            try database.execute(
                sql: "UPDATE experiment SET deleted = 1 WHERE id = ?", arguments: [column(id)])
            guard database.changesCount == 1 else {
                throw LedgerError.rejected(
                    detail: "experiment \(id) to delete is not in the ledger")
            }
        }
    }

    private func writeRecords(_ database: Database) throws {
        // The specification comes with the first record of its experiment.
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO experiment (id, namespace, name, run, state, idempotency_key,
                    specification, checksum, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    state = excluded.state, checksum = excluded.checksum, body = excluded.body,
                    specification = CASE excluded.specification WHEN '' THEN specification
                        ELSE excluded.specification END
                """)
        for (record, body) in zip(batch.records, records) {
            let text = batch.specifications.last { $0.experiment == record.id }?.text ?? ""
            try insert.execute(arguments: [
                column(record.id), record.namespace, record.name, Int64(record.run),
                Int64(record.state.rawValue), record.idempotencyKey, text,
                StoredBody.checksum(body), Data(body),
            ])
        }
    }

    private func writeTrials(_ database: Database) throws {
        guard !trials.isEmpty else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO trial (experiment, number, job, state, checksum, body)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (experiment, number) DO UPDATE SET job = excluded.job,
                    state = excluded.state, checksum = excluded.checksum, body = excluded.body
                """)
        for (trial, body) in zip(batch.trials, trials) {
            try insert.execute(arguments: [
                column(trial.experiment), Int64(trial.number), Int64(clamping: trial.job.number),
                Int64(trial.state.rawValue), StoredBody.checksum(body), Data(body),
            ])
        }
    }

    private func column(_ id: ExperimentID) throws -> Int64 {
        guard let number = Int64(exactly: id.number) else {
            throw LedgerError.rejected(detail: "experiment number \(id) is over \(Int64.max)")
        }
        return number
    }
}
