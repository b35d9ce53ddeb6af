package import ClusterVocabulary
package import JobSpecification
import Synchronization

/// The committed state of all experiments, for readers of any thread.
package final class CommittedExperiments: Sendable {
    /// One experiment as it was committed.
    package struct Item: Sendable {
        /// The record.
        package var record: ExperimentRecord
        /// What it searches.
        package let specification: ExperimentSpecification
        /// Its trials by number, from 1; references, so that many cost no copies.
        package var trials: [CommittedTrial]

        /// A trial by its number; `nil` when there is none.
        package func trial(_ number: UInt32) -> Trial? {
            let index = Int(number) - 1
            return trials.indices.contains(index) ? trials[index].trial : nil
        }
    }

    private struct Tables {
        var items: [ExperimentID: Item] = [:]
        var order: [ExperimentID] = []
        var names: [String: ExperimentID] = [:]
        var newest: [String: ExperimentID] = [:]
        var lastRuns: [String: UInt32] = [:]
    }

    private let tables = Mutex(Tables())

    init() {}

    /// An experiment by its number.
    package func experiment(_ id: ExperimentID) -> Item? {
        tables.withLock { $0.items[id] }
    }

    /// An experiment by `name-run`, or the newest run of a bare name.
    package func experiment(namespace: String, name: String) -> Item? {
        tables.withLock { tables in
            let key = "\(namespace)/\(name)"
            if let id = tables.names[key] { return tables.items[id] }
            return tables.newest[key].flatMap { tables.items[$0] }
        }
    }

    /// The records of all experiments of a namespace, or of all, in order of acceptance.
    package func records(namespace: String?) -> [ExperimentRecord] {
        let records = tables.withLock { tables in
            tables.order.compactMap { tables.items[$0]?.record }
        }
        guard let namespace else { return records }
        return records.filter { $0.namespace == namespace }
    }

    /// Takes over what was committed; a fresh experiment comes with its specification.
    func update(
        records: [ExperimentRecord], specifications: [ExperimentID: ExperimentSpecification],
        trials: [Trial], deleted: [ExperimentID]
    ) {
        guard !(records.isEmpty && trials.isEmpty && deleted.isEmpty) else { return }
        tables.withLock { tables in
            for record in records {
                if tables.items[record.id] != nil {
                    tables.items[record.id]?.record = record
                } else if let specification = specifications[record.id] {
                    tables.items[record.id] = Item(
                        record: record, specification: specification, trials: [])
                    tables.order.append(record.id)
                    tables.names["\(record.namespace)/\(record.fullName)"] = record.id
                    tables.newest["\(record.namespace)/\(record.name)"] = record.id
                }
            }
            for trial in trials {
                let index = Int(trial.number) - 1
                guard let count = tables.items[trial.experiment]?.trials.count else { continue }
                let committed = CommittedTrial(trial)
                if index < count {
                    tables.items[trial.experiment]?.trials[index] = committed
                } else {
                    tables.items[trial.experiment]?.trials.append(committed)
                }
            }
            for id in deleted { CommittedExperiments.remove(id, from: &tables) }
        }
    }

    private static func remove(_ id: ExperimentID, from tables: inout Tables) {
        guard let record = tables.items.removeValue(forKey: id)?.record else { return }
        tables.order.removeAll { $0 == id }
        tables.names["\(record.namespace)/\(record.fullName)"] = nil
        let key = "\(record.namespace)/\(record.name)"
        guard tables.newest[key] == id else { return }
        tables.newest[key] = tables.order.last { other in
            let known = tables.items[other]?.record
            return known?.namespace == record.namespace && known?.name == record.name
        }
    }
}

/// One committed trial.
package final class CommittedTrial: Sendable {
    /// The trial as it was committed.
    package let trial: Trial

    /// Keeps a trial.
    package init(_ trial: Trial) {
        self.trial = trial
    }
}
