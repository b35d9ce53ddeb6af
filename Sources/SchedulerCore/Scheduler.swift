package import ClusterVocabulary
package import Determinism

/// The scheduler as a value: told everything through ``step(_:at:)``, answering with effects.
///
/// It keeps jobs, nodes and who holds what; it never reads a clock, draws chance, or does IO.
/// Dictionaries are for lookup only; every decision walks sorted arrays, so the same events give
/// the same effects in every process.
package struct Scheduler: Sendable {
    let configuration: SchedulerConfiguration
    let incarnation: Incarnation

    // Jobs.
    var jobs: [JobID: JobEntry] = [:]
    var waiting = WaitingJobs()
    /// Running jobs in order of acceptance.
    var running: [JobID] = []
    /// Jobs whose `timeLimit` counts, running or waiting again, in order of their first start.
    var limited: [JobID] = []
    /// Waiting jobs that rest until a time, in order of acceptance.
    var resting: [JobID] = []
    /// Ended jobs with a time to be deleted, by that time.
    var expiring = ExpiringJobs()
    var nextJob = JobID(1)
    var lastRun: [String: UInt32] = [:]
    var jobOfKey: [String: JobID] = [:]
    var modelVersions: [String: UInt32] = [:]

    // Nodes.
    var nodes: [NodeID: NodeEntry] = [:]
    /// All known nodes by name.
    var nodeOrder: [NodeID] = []

    // Time.
    var lastStep: LogicalInstant
    var lastRetentionSweep: LogicalInstant
    var isDiskBelowFloor = false
    /// Set by whatever may let a job start, grow or move; read once per step.
    var needsPlacement = false
    /// How often a place was sought for a job: what placing costs, for tests.
    var placesSought = 0
    /// Lines that got their first job in this step; all others were found blocked before.
    var freshLines: [PlacementNeeds] = []

    /// Where artifacts are fetched, told to every node that registers.
    let artifactEndpoint: String

    /// An empty scheduler; `recover(_:)` fills it from a ledger.
    package init(
        configuration: SchedulerConfiguration, incarnation: Incarnation,
        artifactEndpoint: String, at start: LogicalInstant
    ) {
        self.configuration = configuration
        self.incarnation = incarnation
        self.artifactEndpoint = artifactEndpoint
        lastStep = start
        lastRetentionSweep = start
    }

    /// Takes one event and says what follows. Refusals are values; nothing throws.
    package mutating func step(_ event: SchedulerEvent, at moment: Moment) -> SchedulerEffects {
        var effects = SchedulerEffects()
        extendLeasesAfterStall(until: moment.instant)
        switch event {
        case .submit(let submission, let request):
            onSubmit(submission, request, moment, &effects)
        case .cancel(let job, let request):
            onCancel(job, request, moment, &effects)
        case .stopTrial(let job, let reason):
            onStopTrial(job, reason, moment, &effects)
        case .delete(let job, let request):
            onDelete(job, request, moment, &effects)
        case .suspend(let job, let isSuspended, let request):
            onSuspend(job, isSuspended, request, moment, &effects)
        case .message(let node, let message):
            onMessage(message, from: node, moment, &effects)
        case .disconnected(let node):
            onDisconnected(node, moment, &effects)
        case .assign(let node, let assignment, let request):
            onAssign(assignment, to: node, request, moment, &effects)
        case .removeNode(let node):
            onRemoveNode(node, moment, &effects)
        case .diskBelowFloor(let isBelow):
            isDiskBelowFloor = isBelow
        case .wake:
            onWake(moment, &effects)
        }
        if needsPlacement {
            place(moment, &effects)
        } else if !freshLines.isEmpty {
            startWaiting(freshLines, moment, &effects)
        }
        needsPlacement = false
        freshLines.removeAll(keepingCapacity: true)
        return effects
    }

    /// The newest record of a job, for the committer; `nil` once deleted or never known.
    package func record(of job: JobID) -> JobRecord? { jobs[job]?.record }

    /// Whether a name was ever given to a job.
    package func isUsed(_ name: String, namespace: String) -> Bool {
        lastRun["\(namespace)/\(name)"] != nil
    }

    /// The counts of jobs waiting and running.
    package var load: (pending: Int, running: Int) { (waiting.count, running.count) }

    /// A node's name, state, capacity and what is taken of it, for people.
    package func nodeSummaries() -> [NodeSummary] {
        nodeOrder.compactMap { id in
            guard let node = nodes[id] else { return nil }
            return NodeSummary(
                record: node.record, used: node.used, jobs: node.lanes.keys.sorted())
        }
    }

    /// A loop that stood still could not hear anybody: nobody loses a lease for it.
    private mutating func extendLeasesAfterStall(until now: LogicalInstant) {
        let pause = now - lastStep
        lastStep = now
        guard pause > configuration.stallThreshold else { return }
        for id in nodeOrder { nodes[id]?.lastHeard += pause }
    }
}

/// What people see of a node.
package struct NodeSummary: Sendable, Equatable {
    /// The node as the ledger knows it.
    package var record: NodeRecord
    /// What running jobs take.
    package var used: ResourceAmount
    /// The jobs that run there.
    package var jobs: [JobID]
}

/// One job in the core: its durable record and what is true only while this process lives.
struct JobEntry: Sendable {
    var record: JobRecord
    var phase = JobPhase.idle
    /// Nodes whose host failed the job, kept off until then.
    var avoided: [NodeID: LogicalInstant] = [:]
    /// When the current term began to train.
    var begunAt = LogicalInstant(nanoseconds: 0)
    /// When growing to more lanes may be considered next.
    var expandAfter = LogicalInstant(nanoseconds: 0)
    /// Set while holders are gone: when to go on without those that did not return.
    var giveUpAt: LogicalInstant?
    /// A waiting job is not placed before: the pause after a failed try.
    var notBefore: LogicalInstant?
    /// When `timeLimit` passes; counted on the monotone clock from the first start seen here.
    var timeLimitAt: LogicalInstant?
    /// Members of the present term that hold the global state, so that it would outlive the others.
    var stateHolders: Set<NodeID> = []
    var progress: TrainingProgress?
    /// The member whose report `progress` is.
    var progressNode: NodeID?
    /// The newest membership whose figures stand in the record.
    var figuresKeptFor = Term.none
    /// The measured H, until it is written down with its first round.
    var measuredSteps: Int?
    /// Whether the first member is to begin from the record's checkpoint when it holds no state.
    var beginsFromCheckpoint = false
    /// The digest of the first finished model, to compare later ones with.
    var finished: (node: NodeID, digest: String)?

    var attempt: AttemptID { AttemptID(job: record.id, number: record.attempt) }

    /// Adds where the time of a membership went to the record, once.
    mutating func keepFigures(of progress: TrainingProgress) {
        guard progress.term > figuresKeptFor else { return }
        figuresKeptFor = progress.term
        record.exchange.add(progress.exchange)
    }

    /// The kernel its record froze.
    var kernel: KernelFingerprint {
        KernelFingerprint(coreType: record.coreType, digest: record.fingerprint)
    }

    func isMember(_ node: NodeID) -> Bool { record.members.contains { $0.node == node } }
}

/// Where a running job stands between proposal and stored model.
enum JobPhase: Sendable {
    /// Waiting or ended.
    case idle
    /// A term is proposed; its members' answers so far.
    case proposed(answers: [NodeID: AttemptStatus])
    /// The members train; the command that started them, unknown after a recovery.
    case training(GoTraining?)
    /// One member stores the model.
    case publishing(NodeID)
    /// A command job: its ranks are being readied, run, or are being ended.
    case command(CommandRun)
}

/// One node in the core.
struct NodeEntry: Sendable {
    var record: NodeRecord
    var lastHeard: LogicalInstant
    /// How much longer than usual its commands are waited for, until it is heard.
    var leaseExtension = Duration.zero
    /// Lanes taken, by job.
    var lanes: [JobID: Int] = [:]
    /// What those lanes take.
    var used = ResourceAmount.zero
    /// Rows by key of the data sets held.
    var datasets: [String: Int64] = [:]
    /// Data sets asked for, with the time of asking.
    var staging: [String: LogicalInstant] = [:]
    /// While it is drained: when what is left there is stopped.
    var drainedAt: LogicalInstant?
    /// Why data sets could not be had here at the last try; as many as `staging` at most.
    var stagingProblems: [String: Reason] = [:]

    var free: ResourceAmount { record.description.capacity - used }
    var isReady: Bool { record.state == .ready }
    /// Whether new work may be placed on it.
    var takesWork: Bool { isReady && record.assignment.duty == .open }

    /// Whether the data set is here; its rows must be known while the rounds' length is not.
    func holds(_ work: TrainingWork) -> Bool {
        guard let rows = datasets[work.data.key] else { return false }
        return rows > 0 || work.stepsPerRound > 0
    }

    func fingerprint(of coreType: String) -> String? {
        record.description.fingerprints.first { $0.coreType == coreType }?.digest
    }

    /// Whether it computes the bits a job was promised; any proof will do where none was.
    func proves(_ kernel: KernelFingerprint) -> Bool {
        kernel.coreType == KernelFingerprint.anyCoreType
            ? bestCoreType != nil : fingerprint(of: kernel.coreType) == kernel.digest
    }

    /// The best core type it proved.
    var bestCoreType: String? {
        let proved = record.description.fingerprints.map(\.coreType)
        return KernelFingerprint.ranking.last { proved.contains($0) } ?? proved.first
    }
}
