package import ClusterVocabulary
package import JobSpecification
import Search

/// All experiments as a value: told everything through ``step(_:atWall:)``, answering with effects.
///
/// What trial comes next is a function of the specification and of the trials in the ledger, so a
/// restart between any two steps repeats none and loses none. Jobs are started and ended by whoever
/// drives this beside the scheduler, within the same commit.
package struct Experiments: Sendable {
    var entries: [ExperimentID: ExperimentEntry] = [:]
    /// All experiments in order of acceptance.
    var order: [ExperimentID] = []
    var next = ExperimentID(1)
    var lastRun: [String: UInt32] = [:]
    var experimentOfKey: [String: ExperimentID] = [:]
    /// The running trial of each job.
    var trialOfJob: [JobID: TrialReference] = [:]
    /// Experiments with trials that wait to be placed, or that a program must tell in time.
    var attentive: Set<ExperimentID> = []

    /// The most experiments not deleted.
    package static let most = 10_000
    /// The most trials given to one question.
    package static let mostAsked = 1_000

    /// No experiments; ``recover(_:)`` fills it from a ledger.
    package init() {}

    /// Takes one event and says what follows. Refusals are values; nothing throws.
    package mutating func step(
        _ event: ExperimentEvent, atWall now: Int64
    ) -> ExperimentEffects {
        var effects = ExperimentEffects()
        switch event {
        case .create(let submission, let run, let known):
            onCreate(submission, run: run, known: known, now, &effects)
        case .cancel(let id): onCancel(id, now, &effects)
        case .delete(let id): onDelete(id, now, &effects)
        case .limit(let id, let limits, let trials):
            onLimit(id, limits, trials, now, &effects)
        case .ask(let id, let count): onAsk(id, count, now, &effects)
        case .tell(let id, let trial, let told): onTell(id, trial, told, now, &effects)
        case .placed(let id, let trial, let job): onPlaced(id, trial, job, &effects)
        case .refused(let id, let trial, let reason, let isForGood):
            onRefused(id, trial, reason, isForGood, now, &effects)
        case .job(let record): onJob(record, now, &effects)
        case .report(let job, let report): onReport(job, report, now, &effects)
        case .wake: onWake(now, &effects)
        }
        return effects
    }

    /// The newest record of an experiment, for the committer; `nil` once deleted or never known.
    package func record(of id: ExperimentID) -> ExperimentRecord? { entries[id]?.record }

    /// The specification of an experiment, with its template.
    package func specification(of id: ExperimentID) -> ExperimentSpecification? {
        entries[id]?.specification
    }

    /// The job whose state trial `number` left; `nil` when it left none.
    package func job(of number: UInt32, in experiment: ExperimentID) -> JobID? {
        entries[experiment]?.jobs[number]
    }

    /// Whether jobs of this name are trials of an experiment.
    package func ownsName(_ name: String, namespace: String) -> Bool {
        guard let dash = name.lastIndex(of: "-"), let run = UInt32(name[name.index(after: dash)...])
        else { return false }
        let last = lastRun["\(namespace)/\(name[..<dash])"] ?? 0
        return run >= 1 && run <= last
    }

    /// The run after the last one of a name, deleted ones included.
    package func nextRun(of name: String, namespace: String) -> UInt32 {
        (lastRun["\(namespace)/\(name)"] ?? 0) + 1
    }

    /// The experiment accepted under a key.
    package func experiment(ofKey key: String, namespace: String) -> ExperimentID? {
        key.isEmpty ? nil : experimentOfKey["\(namespace)/\(key)"]
    }
}
