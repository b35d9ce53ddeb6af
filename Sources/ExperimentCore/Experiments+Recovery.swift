package import ClusterVocabulary
package import JobSpecification
import Search

/// What the experiments know after a start, before anything happens: the ledger's projections.
package struct RecoveredExperiments: Sendable {
    /// One experiment with its trials in the order of their numbers.
    package struct Item: Sendable {
        /// The record.
        package var record: ExperimentRecord
        /// What it searches.
        package var specification: ExperimentSpecification
        /// Its trials; those of an ended experiment may be left out.
        package var trials: [Trial]
        /// Finished trials of others it began with.
        package var known: [Trial]

        /// Makes the item.
        package init(
            record: ExperimentRecord, specification: ExperimentSpecification, trials: [Trial],
            known: [Trial]
        ) {
            self.record = record
            self.specification = specification
            self.trials = trials
            self.known = known
        }
    }

    /// All experiments that were not deleted, by number.
    package var items: [Item]
    /// The number after the last one ever given.
    package var next: ExperimentID
    /// The last run by `namespace/name`, deleted experiments included.
    package var lastRuns: [String: UInt32]
    /// Experiments by `namespace/key`, deleted ones included.
    package var byKey: [String: ExperimentID]

    /// Makes the state.
    package init(
        items: [Item], next: ExperimentID, lastRuns: [String: UInt32],
        byKey: [String: ExperimentID]
    ) {
        self.items = items
        self.next = next
        self.lastRuns = lastRuns
        self.byKey = byKey
    }
}

extension Experiments {
    /// Takes over a ledger's state; to be called once, before the first step.
    ///
    /// Trials that run stay running; their jobs are the scheduler's to recover. A trial whose job
    /// was never accepted gets one at the next `wake`. Gives the experiments whose search could not
    /// be built again, with the problem.
    package mutating func recover(
        _ state: RecoveredExperiments
    ) -> [(experiment: ExperimentID, problem: String)] {
        precondition(entries.isEmpty, "recovery comes before the first step")
        next = state.next
        lastRun = state.lastRuns
        experimentOfKey = state.byKey
        var problems: [(experiment: ExperimentID, problem: String)] = []
        for item in state.items {
            var entry = ExperimentEntry(record: item.record, specification: item.specification)
            if item.record.state == .running {
                if let problem = entry.open(trials: item.trials, known: item.known) {
                    problems.append((item.record.id, problem))
                }
                for trial in item.trials where trial.state == .running {
                    entry.active[trial.number] = trial
                    if trial.job.number > 0 {
                        trialOfJob[trial.job] = TrialReference(
                            experiment: item.record.id, number: trial.number)
                    } else if !entry.isExternal {
                        entry.unplaced.append(trial.number)
                    }
                }
                if entry.isExternal || !entry.unplaced.isEmpty { attentive.insert(item.record.id) }
            }
            entries[item.record.id] = entry
            order.append(item.record.id)
        }
        order.sort()
        return problems
    }

    /// Goes on with every running experiment: once after ``recover(_:)``, when the jobs are known.
    package mutating func goOn(atWall now: Int64) -> ExperimentEffects {
        var effects = ExperimentEffects()
        for id in order { advance(id, now, &effects) }
        effects.append(step(.wake, atWall: now))
        return effects
    }
}
