import ClusterVocabulary

@testable import SchedulerCore

/// The ledger of the tests: keeps what a committer would keep, and hands it to a recovery.
struct MemoryLedger {
    var jobs: [JobID: JobRecord] = [:]
    var nodes: [NodeID: NodeRecord] = [:]
    var models: [ModelRecord] = []
    var facts: [LedgerFact] = []
    var nextJob = JobID(1)
    var lastRuns: [String: UInt32] = [:]
    var jobsByKey: [String: JobID] = [:]

    /// Commits the durable part of some effects; `scheduler` gives the newest records.
    mutating func commit(_ effects: SchedulerEffects, from scheduler: Scheduler) {
        facts += effects.facts
        models += effects.models
        for record in effects.nodes { nodes[record.description.node] = record }
        for id in effects.removedNodes { nodes[id] = nil }
        for id in effects.changedJobs {
            guard let record = scheduler.record(of: id) else { continue }
            jobs[id] = record
            if id >= nextJob { nextJob = JobID(id.number + 1) }
            let name = "\(record.namespace)/\(record.name)"
            lastRuns[name] = max(lastRuns[name] ?? 0, record.run)
            if !record.idempotencyKey.isEmpty {
                jobsByKey["\(record.namespace)/\(record.idempotencyKey)"] = id
            }
        }
        for id in effects.deletedJobs { jobs[id] = nil }
    }

    /// What a scheduler that starts now reads.
    var recovered: RecoveredState {
        RecoveredState(
            jobs: jobs.keys.sorted().compactMap { jobs[$0] },
            nodes: nodes.keys.sorted().compactMap { nodes[$0] }, models: models,
            nextJob: nextJob, lastRuns: lastRuns, jobsByKey: jobsByKey)
    }
}
