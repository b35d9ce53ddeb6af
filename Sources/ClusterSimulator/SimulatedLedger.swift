import ClusterVocabulary
import SchedulerCore

/// One commit: what production writes in one transaction.
struct SimulatedBatch: Sendable {
    var facts: [LedgerFact] = []
    var jobs: [JobRecord] = []
    var nodes: [NodeRecord] = []
    var models: [ModelRecord] = []
    var deletedJobs: [JobID] = []
    var removedNodes: [NodeID] = []

    init() {}

    /// The durable part of effects; `scheduler` gives the newest record of each job.
    init(_ effects: SchedulerEffects, from scheduler: borrowing Scheduler) {
        facts = effects.facts
        nodes = effects.nodes
        models = effects.models
        deletedJobs = effects.deletedJobs
        removedNodes = effects.removedNodes
        var last: [JobID: JobRecord] = [:]
        for record in effects.finalRecords { last[record.id] = record }
        for id in Set(effects.changedJobs).sorted() {
            if let record = scheduler.record(of: id) ?? last[id] { jobs.append(record) }
        }
    }
}

/// What is on the scheduler's disk: the projections of every batch that was committed.
struct SimulatedLedger: Sendable {
    private(set) var jobs: [JobID: JobRecord] = [:]
    private(set) var deleted: Set<JobID> = []
    private(set) var nodes: [NodeID: NodeRecord] = [:]
    /// Nodes that a person deleted at some time.
    private(set) var removedNodes: Set<NodeID> = []
    private(set) var models: [ModelRecord] = []
    private(set) var factCounts: [LedgerFact.Kind: Int] = [:]
    private(set) var commits = 0
    private var nextJob = JobID(1)
    private var lastRuns: [String: UInt32] = [:]
    private var jobsByKey: [String: JobID] = [:]

    mutating func apply(_ batch: SimulatedBatch) {
        commits += 1
        for fact in batch.facts { factCounts[fact.kind, default: 0] += 1 }
        models += batch.models
        // As production writes them: what was removed and came again in one commit is there.
        for id in batch.removedNodes {
            nodes[id] = nil
            removedNodes.insert(id)
        }
        for record in batch.nodes { nodes[record.description.node] = record }
        for record in batch.jobs {
            jobs[record.id] = record
            if record.id >= nextJob { nextJob = JobID(record.id.number + 1) }
            let name = "\(record.namespace)/\(record.name)"
            lastRuns[name] = max(lastRuns[name] ?? 0, record.run)
            if !record.idempotencyKey.isEmpty {
                jobsByKey["\(record.namespace)/\(record.idempotencyKey)"] = record.id
            }
        }
        for id in batch.deletedJobs { deleted.insert(id) }
    }

    /// Whether a job was accepted once, deleted or not.
    func knows(_ job: JobID) -> Bool { jobs[job] != nil }

    /// What a scheduler that starts now reads.
    var recovered: RecoveredState {
        RecoveredState(
            jobs: jobs.keys.sorted().filter { !deleted.contains($0) }.compactMap { jobs[$0] },
            nodes: nodes.keys.sorted().compactMap { nodes[$0] }, models: models,
            nextJob: nextJob, lastRuns: lastRuns, jobsByKey: jobsByKey)
    }
}
