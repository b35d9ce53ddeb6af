import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// A cluster in one value: the production cores on virtual time, everything around them
/// simulated, all of it decided by one seed.
///
/// Safety phase: processes crash and stand still, messages are lost, late, doubled and out of
/// order, links are cut in one direction or both, disks are slow or full, clocks drift and jump.
/// Liveness phase: nothing fails any more, and everything acknowledged has to end well. Checkers
/// outside the cores (`SimulatedCluster+Checks.swift`) watch what becomes durable and what is
/// said; what they find is in ``broken``.
package struct SimulatedCluster: Sendable {
    let plan: SimulationPlan
    var random: SimulationRandom
    let weather: NetworkWeather
    var now = LogicalInstant.zero
    var queue = HappeningQueue()
    var trace = TraceDigest()
    var events = 0
    var isFaulty: Bool
    var counts = FaultCounts()
    /// The first broken rules, at most a few.
    package internal(set) var broken: [String] = []

    // The scheduler's process.
    var scheduler: Scheduler?
    var schedulerLife: UInt64 = 0
    var schedulerClock = SimulatedClock(startingAt: .zero)
    var schedulerPausedUntil = LogicalInstant.zero
    var inbox: [SchedulerEvent] = []
    var isTurnDue = false
    /// The commit under way with what follows from it: a crash may or may not find it durable,
    /// and nobody has heard of it.
    var pending: (batch: SimulatedBatch, effects: SchedulerEffects)?
    /// Commits that were answered without a sync (sabotage): a crash loses them.
    var unsynced: [SimulatedBatch] = []
    var ledger = SimulatedLedger()
    /// Every commit takes at least this long until then.
    var slowDisk = (until: LogicalInstant.zero, delay: Duration.zero)
    var diskFullUntil = LogicalInstant.zero
    /// What the wall clock is out by, in milliseconds.
    var wallOffset: Int64 = 0

    var hosts: [SimulatedHost] = []
    var hostOfName: [NodeID: Int] = [:]
    var customers: [Customer] = []
    /// Digests the artifact store holds.
    var storedModels: Set<String> = []
    /// What the scheduler's shell keeps of the output of every rank.
    var storedOutputs: [TaskID: [UInt8]] = [:]
    /// Pieces whose values are not durable yet; gone with the scheduler's process.
    var heldOutputs: [TaskID: CommandOutput] = [:]
    var checks = CheckerState()

    /// Draws hosts and jobs.
    package init(_ plan: SimulationPlan) {
        self.plan = plan
        random = SimulationRandom(seed: plan.seed)
        weather = NetworkWeather(&random)
        isFaulty = plan.isChaotic
        let nodeCount = plan.nodes ?? Int(random.number(2..<5))
        for index in 0..<min(nodeCount, SimulationPlan.mostNodes) { addHost(index) }
        let jobCount = plan.jobs ?? Int(random.number(3..<8))
        for index in 0..<min(jobCount, SimulationPlan.mostJobs) { addCustomer(index) }
        after(.zero, .startScheduler)
        if plan.isChaotic { after(.milliseconds(500), .fault) }
    }

    private mutating func addHost(_ index: Int) {
        let name = NodeID("h\(index + 1)")
        // The first is large and sound, so that every job that fits somewhere can run there.
        let isOdd = index > 1 && random.happens(perMille: 150)
        let cores = index == 0 ? 3 : random.number(1..<4)
        hosts.append(
            SimulatedHost(
                name: name, capacity: ResourceAmount(milliCPU: 1_000 * cores, memoryBytes: 2 << 30),
                fingerprint: isOdd ? "bb" : "aa"))
        hostOfName[name] = index
        hosts[index].clock = SimulatedClock(
            startingAt: .zero, reading: random.number(0..<1_000_000_000_000), drift: drift())
        after(random.span(0..<3_000), .startHost(index))
    }

    private mutating func addCustomer(_ index: Int) {
        var kind = Customer.Kind.steady
        let isCommand = random.happens(perMille: 450)
        if plan.isChaotic, random.happens(perMille: 500) {
            let kinds = isCommand ? Customer.Kind.commands : Customer.Kind.trainings
            kind = kinds[Int(random.number(0..<Int64(kinds.count)))]
        }
        let submission =
            isCommand ? commandSubmission(index, kind) : trainingSubmission(index, kind)
        customers.append(Customer(kind: kind, submission: submission))
        after(random.span(0..<20_000), .request(customer: index, .submit))
    }

    mutating func drift() -> Int64 {
        let most = plan.isChaotic ? SimulatedClock.largestDrift : 0
        return random.number(-most..<most + 1)
    }

    mutating func after(_ delay: Duration, _ happening: Happening) {
        queue.push(now + delay, happening)
    }

    /// Whether what happens lasts longer than leases do.
    var isLong: Bool { plan.isLong ?? plan.seed.isMultiple(of: 20) }

    private var faultySeconds: Int64 { plan.faultySeconds ?? (isLong ? 300 : 40) }

    /// A long life has long work left when nothing fails any more.
    private var patienceSeconds: Int64 { plan.patienceSeconds * (isLong ? 3 : 1) }

    /// Runs both phases and reports.
    package mutating func run() -> SimulationReport {
        if plan.isChaotic { runUntil(now + .seconds(faultySeconds)) { _ in false } }
        calm()
        runUntil(now + .seconds(patienceSeconds)) { $0.isDone }
        checkEnds()
        // What nobody wants any more is ended with its grace, and forgotten.
        if broken.isEmpty {
            runUntil(now + .seconds(SimulatedCluster.tidyingSeconds)) { $0.isTidy }
            checkTidy()
        }
        return report()
    }

    /// From here on nothing fails.
    private mutating func calm() {
        isFaulty = false
        diskFullUntil = now
        slowDisk.until = now
        // Who stands still does so to its end: what waits for it must not be overtaken.
        for index in hosts.indices {
            hosts[index].isolatedUntil = now
            if hosts[index].isRevoked { enrolAgain(index) }
            hosts[index].toScheduler.cutUntil = now
            hosts[index].fromScheduler.cutUntil = now
            if hosts[index].worker == nil { startHost(index) }
        }
        if scheduler == nil { startScheduler() }
        // Repeated, because a node may not be known yet.
        for index in hosts.indices { after(.seconds(5), .open(index)) }
    }

    /// How long the last processes and their output may take after the last job.
    private static let tidyingSeconds: Int64 = 60

    private mutating func runUntil(
        _ end: LogicalInstant, or isOver: (borrowing SimulatedCluster) -> Bool
    ) {
        while let (at, what) = queue.pop(through: end) {
            now = at
            events += 1
            handle(what)
            if events % 16 == 0, isOver(self) { return }
            if broken.count >= CheckerState.mostFindings { return }
        }
        now = end
    }

    private mutating func handle(_ happening: Happening) {
        switch happening {
        case .toScheduler(let host, let life, let message):
            guard hosts[host].life == life, !hosts[host].isRevoked else { return }
            deliver(.message(hosts[host].name, message))
        case .disconnected(let host): deliver(.disconnected(hosts[host].name))
        case .turn(let life): turn(life)
        case .wakeScheduler(let life): wakeScheduler(life)
        case .committed(let life): committed(life)
        case .retryCommit(let life): commit(life)
        case .startHost(let host): startHost(host)
        case .startScheduler: startScheduler()
        case .request(let customer, let wish): request(customer, wish)
        case .open(let host): decide(.open, for: host)
        case .enrolAgain(let host): enrolAgain(host)
        case .fault: fault()
        case .toWorker, .wakeWorker, .toTrainer, .fromTrainer, .round, .trainerEnded, .fetched,
            .stored, .connectSupervisor, .toSupervisor, .fromSupervisor, .supervise, .folderMade,
            .collected:
            handleOnHost(happening)
        }
    }

    /// Keeps a broken rule, once.
    mutating func note(_ sentence: String) {
        guard broken.count < CheckerState.mostFindings else { return }
        let seconds = Double(now.nanoseconds / 1_000_000) / 1_000
        broken.append("seed \(plan.seed), \(seconds) s, event \(events): \(sentence)")
    }
}
