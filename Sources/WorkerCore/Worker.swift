package import ClusterVocabulary
package import Determinism

/// The worker daemon as a value: holds attempts, keeps trainers warm, reports.
///
/// It decides nothing about jobs; it does what the scheduler last said and repeats what it holds
/// with every heartbeat, so that any lost message is said again by one side or the other.
package struct Worker: Sendable {
    let configuration: WorkerConfiguration
    var description: NodeDescription
    var link = Link.warming
    var heartbeatInterval: Duration
    var heartbeatSequence: UInt64 = 0
    var isStopping = false

    var trainers: [TrainerID: TrainerEntry] = [:]
    var nextTrainer: UInt64 = 1
    var startFailures: [String: Int] = [:]
    /// When the trainer of a core type last failed to come up.
    var failedAt: [String: LogicalInstant] = [:]
    /// The core types this host can run, least first; one warm trainer is kept for each.
    let coreTypes: [String]

    var attempts: [JobID: HeldAttempt] = [:]
    /// Set by whatever may give a waiting attempt its trainer; read once per step.
    var mayAssign = false
    var heldDatasets: [String: Int64]
    var fetching: Set<String> = []

    /// Commands held, by try.
    var commands: [AttemptID: HeldCommand] = [:]
    /// Tries that are over here, so that no late order starts them.
    var endedCommands = EndedCommands()
    /// Whether the supervisor has said what it holds, so that ``commands`` are all.
    var knowsCommands = false
    /// Whether there is to be a supervisor: registering waits for its first word.
    let isSupervised: Bool
    /// When the first of the unanswered registrations was sent.
    var registeringSince = LogicalInstant.zero
    /// Until when registering waits for it.
    var supervisorDeadline: LogicalInstant?
    /// When the heartbeats not acknowledged yet were sent, the newest last.
    var unacknowledged: [(sequence: UInt64, at: LogicalInstant)] = []
    /// When a scheduler is last known to have heard of this node; before that, this life's start.
    var lastContact = LogicalInstant.zero

    /// A worker that has proved nothing yet; `start(at:)` brings up its trainers.
    package init(
        description: NodeDescription, coreTypes: [String], heldDatasets: [String: Int64],
        isSupervised: Bool = false, configuration: WorkerConfiguration = WorkerConfiguration()
    ) {
        self.isSupervised = isSupervised
        self.configuration = configuration
        self.description = description
        self.coreTypes = coreTypes
        self.heldDatasets = heldDatasets
        heartbeatInterval = configuration.heartbeatInterval
    }

    /// The link to the scheduler.
    enum Link: Sendable {
        /// Trainers are proving their kernels.
        case warming
        /// Asked to be registered, last at this time.
        case registering(LogicalInstant)
        /// Registered; last heartbeat at this time.
        case registered(LogicalInstant)
    }

    /// Starts the first trainers. Called once, before the first step.
    package mutating func start(at now: LogicalInstant) -> WorkerEffects {
        var effects = WorkerEffects()
        lastContact = now
        if isSupervised { supervisorDeadline = now + configuration.supervisorGrace }
        keepWarm(now, &effects)
        return effects
    }

    /// Takes one event and says what follows.
    package mutating func step(_ event: WorkerEvent, at now: LogicalInstant) -> WorkerEffects {
        var effects = WorkerEffects()
        if isStopping {
            // Nothing is said after `leaving`; only the trainers' ends are still of interest.
            if case .trainerExited(let trainer, _) = event { trainers[trainer] = nil }
            return effects
        }
        switch event {
        case .message(let message): onMessage(message, now, &effects)
        case .report(let trainer, let report): onReport(report, from: trainer, now, &effects)
        case .trainerExited(let trainer, let words): onExit(trainer, words, now, &effects)
        case .datasetHeld(let key, let rows): onHeld(key, rows, &effects)
        case .datasetFailed(let key, let reason): onFetchFailed(key, reason, &effects)
        case .datasetEvicted(let key): heldDatasets[key] = nil
        case .modelStored(let attempt): onStored(attempt, &effects)
        case .modelStoreFailed(let attempt, let reason):
            if attempts[attempt.job]?.prepare.attempt == attempt {
                attempts[attempt.job]?.isStoring = false
            }
            effects.warnings.append(reason)
        case .checkpointStored(let written, let problem):
            onCheckpointStored(written, problem, &effects)
        case .checkpointFetched: break
        case .supervised(let tasks): onInventory(tasks, now, &effects)
        case .task(let state): onTask(state, now, &effects)
        case .taskOutput(let output): onTaskOutput(output, now, &effects)
        case .supervisorLost: knowsCommands = false
        case .schedulerAbsent(let at): onSchedulerAbsent(at, &effects)
        case .folderMade(let attempt): onFolderMade(attempt, &effects)
        case .commandRefused(let attempt, let failure, let reason):
            onCommandRefused(attempt, failure, reason, now, &effects)
        case .collected(let attempt, let archive, let problem):
            onCollected(attempt, archive, problem, now, &effects)
        case .shutdown: onShutdown(&effects)
        case .wake: onWake(now, &effects)
        }
        if !isStopping {
            if mayAssign { assignWaiting(now, &effects) }
            keepWarm(now, &effects)
        }
        return effects
    }

    /// When the next `wake` is due.
    package func nextWake(after now: LogicalInstant) -> LogicalInstant {
        var next = now + heartbeatInterval
        switch link {
        case .warming: break
        case .registering(let last): next = min(next, last + configuration.registrationInterval)
        case .registered(let last): next = min(next, last + heartbeatInterval)
        }
        return max(next, now)
    }

    /// Whether nothing is left to do after a `shutdown`: every trainer's end was seen.
    package var isStopped: Bool { isStopping && trainers.isEmpty }

    /// The data sets that held attempts need, ordered by key.
    package var datasetsInUse: [String] {
        Set(attempts.values.map(\.prepare.work.data.key)).sorted()
    }

    /// The key of the data set an attempt reads.
    package func dataset(of attempt: AttemptID) -> String? {
        guard let held = attempts[attempt.job], held.prepare.attempt == attempt else { return nil }
        return held.prepare.work.data.key
    }

    /// Whether the scheduler has welcomed this life.
    package var isRegistered: Bool {
        if case .registered = link { true } else { false }
    }

    private mutating func onWake(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        for id in trainers.keys.sorted() {
            if case .releasing(let since) = trainers[id]?.state,
                now - since > configuration.releaseGrace
            {
                effects.kills.append(id)
                trainers[id]?.state = .dying
            }
        }
        for job in attempts.keys.sorted() { killWhenMute(job, now, &effects) }
        wakeOutputs(now, &effects)
        switch link {
        case .warming:
            if let deadline = supervisorDeadline, now >= deadline {
                supervisorDeadline = nil
                effects.warnings.append(
                    Reason(.noSupervisor, "the supervisor does not answer; no commands run here"))
                registerWhenProved(now, &effects)
            }
        case .registering(let last):
            if now - last >= configuration.registrationInterval { register(now, &effects) }
        case .registered(let last):
            if now - last >= heartbeatInterval { beat(now, &effects) }
        }
    }

    mutating func register(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        description.heldDatasets = heldDatasets.keys.sorted()
        if case .registering = link {} else { registeringSince = now }
        link = .registering(now)
        effects.sends.append(.register(description))
    }

    mutating func beat(_ now: LogicalInstant, _ effects: inout WorkerEffects) {
        heartbeatSequence += 1
        link = .registered(now)
        if unacknowledged.count >= Worker.mostUnacknowledged { unacknowledged.removeFirst() }
        unacknowledged.append((heartbeatSequence, now))
        effects.sends.append(
            .heartbeat(
                Heartbeat(
                    incarnation: description.incarnation, sequence: heartbeatSequence,
                    held: attempts.keys.sorted().compactMap { attempts[$0]?.status },
                    commands: commandOrder.compactMap { attempt in
                        commands[attempt].flatMap { $0.isReleased ? nil : $0.status }
                    },
                    knowsCommands: knowsCommands)))
    }

    /// The most heartbeats whose acknowledgement is waited for.
    static let mostUnacknowledged = 256

    /// The scheduler has heard of this node at the time a heartbeat was sent: its leases count
    /// from there.
    mutating func onAcknowledged(_ sequence: UInt64, _ effects: inout WorkerEffects) {
        guard let place = unacknowledged.firstIndex(where: { $0.sequence == sequence }) else {
            return
        }
        hear(unacknowledged[place].at, &effects)
        unacknowledged.removeFirst(place + 1)
    }

    private mutating func hear(_ at: LogicalInstant, _ effects: inout WorkerEffects) {
        lastContact = max(lastContact, at)
        effects.contact = at
    }

    /// There was no scheduler at that time: its host refused the connection. Whichever starts
    /// later gives this node a whole lease, so that nothing here has to end for its absence.
    mutating func onSchedulerAbsent(_ at: LogicalInstant, _ effects: inout WorkerEffects) {
        guard at > lastContact, at - lastContact <= .seconds(CommandLease.longestAbsenceSeconds)
        else { return }
        effects.contact = at
    }

    private mutating func onShutdown(_ effects: inout WorkerEffects) {
        isStopping = true
        effects.sends.append(.leaving)
        effects.kills += trainers.keys.sorted()
        attempts = [:]
    }

    mutating func onWelcome(
        _ welcome: Welcome, _ now: LogicalInstant, _ effects: inout WorkerEffects
    ) {
        if let life = welcome.worker, life != description.incarnation { return }
        // The scheduler has heard one of the registrations; which, it does not say.
        if case .registering = link { hear(registeringSince, &effects) }
        heartbeatInterval = .milliseconds(
            min(max(50, welcome.heartbeatMilliseconds), WorkerConfiguration.longestHeartbeat))
        for key in heldDatasets.keys.sorted() {
            effects.sends.append(
                .staged(
                    DatasetStaged(
                        key: key, rows: heldDatasets[key] ?? 0, isHeld: true, reason: .none)))
        }
        beat(now, &effects)
    }
}

/// One trainer process.
struct TrainerEntry: Sendable {
    let coreType: String
    var state: State

    enum State: Sendable, Equatable {
        /// Started, not heard yet; the job it is meant for.
        case starting(JobID?)
        /// Warm.
        case idle
        /// Works on a job.
        case busy(JobID)
        /// Told to forget its job, at this time.
        case releasing(LogicalInstant)
        /// Killed, its exit not seen yet.
        case dying
    }
}

/// One attempt held.
struct HeldAttempt: Sendable {
    var prepare: PrepareTraining
    var status: AttemptStatus
    var trainer: TrainerID?
    /// When the trainer was told to prepare; `nil` once it answered.
    var askedAt: LogicalInstant?
    /// Whether the model is on its way to the scheduler's store.
    var isStoring = false
    /// Whether a checkpoint is on its way to the scheduler's store.
    var isStoringCheckpoint = false
    /// What the trainer failed with, kept back until its checkpoint is stored.
    var failure: AttemptStatus?
}
