import ClusterVocabulary
import Determinism
import SchedulerCore

/// The scheduler's process around the production core, as its loop runs it: drain the inbox, step
/// every event, step one `wake`, commit everything at once, and only then send and answer.
extension SimulatedCluster {
    /// How often time passes for the core when nothing else happens.
    private static let wakeInterval = Duration.milliseconds(200)
    /// The most events of one turn.
    private static let mostPerTurn = 1_024
    private static let wallOrigin: Int64 = 1_700_000_000_000

    private var moment: Moment {
        Moment(instant: schedulerClock.local(now), wallMilliseconds: wallMilliseconds)
    }

    /// What the wall clock shows.
    var wallMilliseconds: Int64 {
        SimulatedCluster.wallOrigin + now.nanoseconds / 1_000_000 + wallOffset
    }

    mutating func startScheduler() {
        guard scheduler == nil else { return }
        schedulerLife += 1
        schedulerClock = SimulatedClock(startingAt: now, drift: drift())
        checkRecovery()
        let started = recoveredScheduler()
        for sentence in started.checkInvariants() { note("after recovery: \(sentence)") }
        scheduler = started
        inbox = []
        pending = nil
        isTurnDue = false
        checks.begin(schedulerLife)
        trace.fold("scheduler \(schedulerLife)")
        // Connections are new; what was on the old ones is lost.
        for index in hosts.indices { resetLinks(index) }
        after(SimulatedCluster.wakeInterval, .wakeScheduler(life: schedulerLife))
    }

    /// A core as it starts from what is on the disk now.
    func recoveredScheduler() -> Scheduler {
        var core = Scheduler(
            configuration: SchedulerConfiguration(),
            incarnation: Incarnation(bootID: "s", life: schedulerLife),
            artifactEndpoint: "tcp://artifacts", at: schedulerClock.local(now))
        core.recover(ledger.recovered, at: moment)
        return core
    }

    mutating func crashScheduler() {
        guard scheduler != nil else { return }
        counts.schedulerCrashes += 1
        scheduler = nil
        schedulerLife += 1
        // Whether a transaction under way was on the disk, chance decides; nobody heard of it.
        if let pending, diskFullUntil <= now, random.happens(perMille: 500) {
            becomeDurable(pending.batch)
        }
        pending = nil
        inbox = []
        heldOutputs = [:]
        unsynced = []
    }

    /// Something reaches the scheduler's process.
    mutating func deliver(_ event: SchedulerEvent) {
        guard scheduler != nil else { return }
        if case .message(let node, .output(let output)) = event, let host = hostOfName[node] {
            guard keep(output, from: host) else { return }
        }
        inbox.append(event)
        wantTurn()
    }

    private mutating func wantTurn() {
        guard !isTurnDue, pending == nil else { return }
        isTurnDue = true
        after(max(.zero, schedulerPausedUntil - now), .turn(life: schedulerLife))
    }

    mutating func wakeScheduler(_ life: UInt64) {
        guard life == schedulerLife, scheduler != nil else { return }
        wantTurn()
        after(SimulatedCluster.wakeInterval, .wakeScheduler(life: life))
    }

    mutating func turn(_ life: UInt64) {
        // Moved out and back, so that a step does not copy the tables.
        guard life == schedulerLife, var core = scheduler.take() else { return }
        guard schedulerPausedUntil <= now else {
            scheduler = core
            after(schedulerPausedUntil - now, .turn(life: life))
            return
        }
        isTurnDue = false
        let count = min(inbox.count, SimulatedCluster.mostPerTurn)
        var effects = SchedulerEffects()
        for event in inbox[..<count] { take(event, &core, &effects) }
        inbox.removeFirst(count)
        take(.wake, &core, &effects)
        for sentence in core.checkInvariants() { note(sentence) }
        let batch = SimulatedBatch(effects, from: core)
        let needsCommit = effects.needsCommit
        scheduler = core
        if plan.sabotage == .actsBeforeCommit { act(&effects) }
        pending = (batch, effects)
        if needsCommit {
            commit(life)
        } else {
            committed(life)
        }
    }

    private mutating func take(
        _ event: SchedulerEvent, _ core: inout Scheduler, _ effects: inout SchedulerEffects
    ) {
        checkHeard(event)
        let event = plan.sabotage == .ignoresTerms ? withPresentTerm(event, core) : event
        var before: JobRecord?
        if case .message(_, .progress(let progress)) = event {
            before = core.record(of: progress.attempt.job)
        } else if case .message(_, .output(let output)) = event {
            before = core.record(of: output.attempt.job)
        }
        let made = core.step(event, at: moment)
        checkStep(made, before: before)
        effects.append(made)
    }

    /// Begins the transaction, or waits for space on the disk.
    mutating func commit(_ life: UInt64) {
        guard life == schedulerLife, scheduler != nil, pending != nil else { return }
        if diskFullUntil > now {
            after(.milliseconds(100), .retryCommit(life: life))
            return
        }
        var delay = Duration.microseconds(random.number(100..<2_000))
        if isFaulty { delay += .microseconds(random.number(0..<15_000)) }
        if slowDisk.until > now { delay += slowDisk.delay }
        after(delay, .committed(life: life))
    }

    /// The transaction is durable: only now others hear of it.
    mutating func committed(_ life: UInt64) {
        guard life == schedulerLife, scheduler != nil, var done = pending else { return }
        pending = nil
        if done.effects.needsCommit {
            if plan.sabotage == .skipsSync {
                unsynced.append(done.batch)
                // The page cache reaches the disk by itself some time later.
                while unsynced.count > 8 { becomeDurable(unsynced.removeFirst()) }
            } else {
                becomeDurable(done.batch)
            }
        }
        if plan.sabotage != .actsBeforeCommit { act(&done.effects) }
        if !inbox.isEmpty { wantTurn() }
    }

    private mutating func becomeDurable(_ batch: SimulatedBatch) {
        checkBatch(batch)
        ledger.apply(batch)
        checkLedger(batch)
        for fact in batch.facts {
            trace.fold(UInt64(fact.kind.rawValue))
            trace.fold(fact.job.number)
            trace.fold(fact.node)
        }
    }

    /// Sends and answers.
    private mutating func act(_ effects: inout SchedulerEffects) {
        for reply in effects.replies { answered(reply) }
        for send in effects.sends {
            trace.fold(send.node.name)
            trace.fold(send.message.traceWord)
            checkSent(send.message, to: send.node)
            guard let host = hostOfName[send.node] else { continue }
            if plan.sabotage == .forgetsSendsAfterRecovery, schedulerLife > 1,
                send.message.isCommand
            {
                continue
            }
            sendToWorker(host, send.message)
        }
        for measured in effects.measured { store(measured) }
    }

    /// A node's word as it would count if nobody looked at its term.
    private func withPresentTerm(
        _ event: SchedulerEvent, _ core: borrowing Scheduler
    ) -> SchedulerEvent {
        switch event {
        case .message(let node, .status(var status)):
            guard let record = core.record(of: status.attempt.job) else { return event }
            status.attempt = AttemptID(job: record.id, number: record.attempt)
            status.term = record.term
            return .message(node, .status(status))
        case .message(let node, .command(var status)):
            guard let record = core.record(of: status.attempt.job) else { return event }
            status.attempt = AttemptID(job: record.id, number: record.attempt)
            return .message(node, .command(status))
        default: return event
        }
    }
}

extension SchedulerMessage {
    /// Whether it tells a node to do something with an attempt.
    var isCommand: Bool {
        switch self {
        case .prepare, .go, .publish, .release, .prepareCommand, .startCommand, .stopCommand: true
        case .welcome, .refused, .heartbeatAcknowledged, .stage, .outputAcknowledged: false
        }
    }

    /// The message in a word or two, for the trace.
    var traceWord: String {
        switch self {
        case .welcome: "welcome"
        case .refused(let reason): "refused \(reason.code.rawValue)"
        case .heartbeatAcknowledged(let sequence): "heard \(sequence)"
        case .stage(let data): "stage \(data.key)"
        case .prepare(let prepare): "prepare \(prepare.attempt.job) \(prepare.term)"
        case .go(let go): "go \(go.attempt.job) \(go.term) \(go.startRound)"
        case .publish(let attempt): "publish \(attempt.job)"
        case .release(let attempt): "release \(attempt.job) \(attempt.number)"
        case .prepareCommand(let prepare): "ready \(prepare.attempt.job)"
        case .startCommand(let start): "start \(start.job)"
        case .stopCommand(let stop): "stop \(stop.attempt.job)"
        case .outputAcknowledged: "output heard"
        }
    }
}
