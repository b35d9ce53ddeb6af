package import ClusterVocabulary
import GRDB
import WireCodec

/// What a scheduler takes over of experiments at its start.
package struct RecoveredLedgerExperiments: Sendable, Equatable {
    /// One experiment.
    package struct Item: Sendable, Equatable {
        /// Its record.
        package var record: ExperimentRecord
        /// The canonical YAML it was submitted with.
        package var specification: String
        /// Its trials, by number.
        package var trials: [Trial]
    }

    /// All experiments that were not deleted, by number.
    package var items: [Item] = []
    /// The number after the last one ever given, deleted experiments included.
    package var next = ExperimentID(1)
    /// The last run by `namespace/name`, deleted experiments included.
    package var lastRuns: [String: UInt32] = [:]
    /// Experiments by `namespace/key` of their idempotency key, deleted ones included.
    package var byKey: [String: ExperimentID] = [:]

    /// No experiments.
    package init() {}
}

extension LedgerStore {
    /// Reads the newest state of all experiments, in one snapshot.
    ///
    /// Throws ``LedgerError/damaged(path:detail:)`` when a record is not what was written.
    package func recoverExperiments() throws(LedgerError) -> RecoveredLedgerExperiments {
        try LedgerError.translating(path) {
            try pool.read { try LedgerReading(path: path).experiments($0) }
        }
    }

    /// The canonical YAML an experiment was submitted with; `nil` for an unknown one.
    package func specification(of experiment: ExperimentID) throws(LedgerError) -> String? {
        try LedgerError.translating(path) {
            try pool.read { database in
                try String.fetchOne(
                    database, sql: "SELECT specification FROM experiment WHERE id = ?",
                    arguments: [Int64(clamping: experiment.number)])
            }
        }
    }
}

extension LedgerReading {
    func experiments(_ database: Database) throws -> RecoveredLedgerExperiments {
        var result = RecoveredLedgerExperiments()
        var trials: [ExperimentID: [Trial]] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT experiment, number, trial.checksum, trial.body FROM trial
                JOIN experiment ON experiment.id = trial.experiment WHERE deleted = 0
                ORDER BY experiment, number
                """)
        while let row = try rows.next() {
            let trial = try StoredBody.read(
                row, "body", of: "trial \(row["experiment"] as Int64)/\(row["number"] as Int64)",
                path: path, decode: WireCodec.decodeTrial)
            trials[trial.experiment, default: []].append(trial)
        }
        let records = try Row.fetchCursor(
            database,
            sql: """
                SELECT id, namespace, name, run, idempotency_key, deleted, specification, checksum,
                    body
                FROM experiment ORDER BY id
                """)
        while let row = try records.next() {
            let record = try StoredBody.read(
                row, "body", of: "experiment \(row["id"] as Int64)", path: path,
                decode: WireCodec.decodeExperimentRecord)
            let key = "\(record.namespace)/\(record.name)"
            result.lastRuns[key] = max(result.lastRuns[key] ?? 0, record.run)
            if !record.idempotencyKey.isEmpty {
                result.byKey["\(record.namespace)/\(record.idempotencyKey)"] = record.id
            }
            result.next = ExperimentID(record.id.number + 1)
            guard !(row["deleted"] as Bool) else { continue }
            result.items.append(
                .init(
                    record: record, specification: row["specification"],
                    trials: trials[record.id] ?? []))
        }
        return result
    }
}
