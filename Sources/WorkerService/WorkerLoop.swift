import ClusterVocabulary
import Determinism
import Dispatch
import Foundation
import Logging
import Messaging
import Supervision
import Synchronization
import WireCodec
import WorkerCore

/// The loop that owns the worker core; one thread.
final class WorkerLoop {
    /// What the loop works with, opened before its thread starts.
    struct Parts: Sendable {
        let settings: WorkerSettings
        let inbox: WorkerInbox
        let logger: Logger
        let context: MessagingContext
        let control: DealerEndpoint
        let transfers: Transfers
        let cache: DatasetCache
        let exchangeFolder: String
        let supervisor: SupervisorLink
        let folders: CommandFolders
        let users: CommandUser
        let absence: SchedulerAbsence
        /// Tells this life of the daemon from others.
        let life = UInt64.random(in: 1...UInt64(Int64.max))

        init(settings: WorkerSettings, inbox: WorkerInbox, logger: Logger) throws {
            self.settings = settings
            self.inbox = inbox
            self.logger = logger
            guard NodeID(checking: settings.name) != nil else {
                throw WorkerStartError.badName(settings.name)
            }
            guard !HostFacts.coreTypes.isEmpty else { throw WorkerStartError.noVectorUnits }
            try FileManager.default.createDirectory(
                atPath: settings.stateFolder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            cache = try DatasetCache(
                stateFolder: settings.stateFolder, byteBound: settings.cacheBytes)
            exchangeFolder = try ExchangeFolder.make()
            context = try MessagingContext(ioThreads: 1)
            var limits = SocketLimits()
            // Two workers of one name are two peers: the scheduler keeps the first.
            limits.routingID = PeerID("\(settings.name)/\(String(life, radix: 16))")
            control = try DealerEndpoint(
                endpoint: settings.schedulerEndpoint, context: context, limits: limits,
                curve: .client(serverPublicKey: settings.serverPublicKey, own: settings.keys),
                name: "control")
            transfers = Transfers(settings: settings, context: context)
            absence = SchedulerAbsence(inbox: inbox)
            users = CommandUser(
                node: NodeID(settings.name), stateFolder: settings.stateFolder)
            folders = try CommandFolders(
                stateFolder: settings.stateFolder, transfers: transfers, users: users)
            supervisor = SupervisorLink(
                places: SupervisorPlaces(stateFolder: settings.stateFolder),
                executable: settings.executable, inbox: inbox, logger: logger)
            try control.start { message in
                guard let body = message.frames.last,
                    let decoded = try? WireCodec.decodeSchedulerMessage(body)
                else { return }
                inbox.put(.message(decoded))
            }
        }
    }

    let parts: Parts
    private var core: Worker
    private var children: [TrainerID: TrainerChild] = [:]
    private let start = ContinuousClock.now
    private var isStopping = false
    /// Since when no scheduler has answered, and how long until that is said.
    private var unheardSince: ContinuousClock.Instant?
    private var unheardPause = WorkerLoop.silence
    /// When the scheduler said anything last.
    private var lastHeard = ContinuousClock.now
    /// Silence after which the connection is made anew.
    private static let silence = Duration.seconds(5)
    /// Where the scheduler is, and what `keys/scheduler.address` said when it was read last.
    private var schedulerEndpoint: String
    private var knownAddress: String?

    init(_ parts: Parts) {
        self.parts = parts
        let settings = parts.settings
        schedulerEndpoint = settings.schedulerEndpoint
        knownAddress =
            (try? NodeCredentials.load(workerFolder: settings.stateFolder))??.control
        var description = NodeDescription(
            node: NodeID(settings.name),
            incarnation: Incarnation(
                bootID: HostIdentity.bootID, life: parts.life),
            capacity: ResourceAmount(
                milliCPU: settings.milliCPU, memoryBytes: settings.memoryBytes),
            cores: HostFacts.cores, features: HostFacts.features, fingerprints: [],
            version: ProductVersion.text, protocolVersion: NodeDescription.currentProtocol,
            heldDatasets: [],
            reach: ExchangeReach(
                hostID: settings.hostID, isRemote: !settings.exchangeAddress.isEmpty))
        description.address = settings.commandAddress
        description.machineID = HostFacts.machineID
        description.workerUser = parts.users.worker
        core = Worker(
            description: description, coreTypes: HostFacts.coreTypes,
            heldDatasets: parts.cache.held(), isSupervised: settings.isSupervised)
    }

    var now: LogicalInstant { LogicalInstant.zero + (ContinuousClock.now - start) }

    /// Runs until a shutdown was carried out and every trainer is gone.
    func run() {
        carryOut(core.start(at: now))
        if parts.settings.isSupervised {
            parts.logger.info("\(parts.users.description)")
            if parts.users.worker == 0, let closed = parts.users.closedPath {
                parts.logger.warning("\(closed)")
            }
            parts.supervisor.start()
        }
        while true {
            let wait = core.nextWake(after: now) - now
            for event in parts.inbox.take(waiting: wait) {
                intercept(event)
                carryOut(core.step(event, at: now))
            }
            carryOut(core.step(.wake, at: now))
            warnWhenUnheard()
            if isStopping, children.isEmpty { break }
        }
        // Let the farewell leave.
        Thread.sleep(forTimeInterval: 0.05)
        parts.supervisor.stop()
        parts.control.stop()
        parts.transfers.stop()
        parts.context.shutdown()
        try? FileManager.default.removeItem(atPath: parts.exchangeFolder)
    }

    /// Says after a while, and again now and then, that no scheduler answers.
    private func warnWhenUnheard() {
        // A core that was welcomed once keeps its place: silence is judged here.
        let isSilent = ContinuousClock.now - lastHeard > WorkerLoop.silence
        guard !core.isRegistered || isSilent, !isStopping else {
            unheardSince = nil
            unheardPause = WorkerLoop.silence
            return
        }
        if parts.settings.isSupervised { parts.absence.ask(schedulerEndpoint, at: now) }
        let since = unheardSince ?? ContinuousClock.now
        unheardSince = since
        guard ContinuousClock.now - since > unheardPause else { return }
        unheardSince = ContinuousClock.now
        unheardPause = .seconds(30)
        followScheduler()
        // libzmq does not try again by itself after a refused handshake.
        parts.control.reconnect(to: schedulerEndpoint)
        parts.logger.warning(
            """
            no scheduler at \(schedulerEndpoint) answers or accepts this worker; is it running, is \
            its port open, and was this node's key not taken back \
            (mlctl get nodes)? A deleted node joins again with a fresh token, after \
            \(parts.settings.stateFolder)/keys was removed
            """)
    }

    /// Takes over the address in `keys/scheduler.address` when it has changed since the start: the
    /// scheduler was brought back on another host.
    private func followScheduler() {
        let folder = parts.settings.stateFolder
        guard let told = (try? NodeCredentials.load(workerFolder: folder))??.control,
            !told.isEmpty, told != knownAddress
        else { return }
        knownAddress = told
        schedulerEndpoint = "tcp://\(told)"
        parts.logger.info("the scheduler is at \(told) now")
    }

    /// What the shell itself needs to know of an event.
    private func intercept(_ event: WorkerEvent) {
        if case .message = event { lastHeard = ContinuousClock.now }
        switch event {
        case .message(.welcome(let welcome)):
            // A scheduler that listens everywhere is where it was reached.
            parts.transfers.setEndpoint(
                AdvertisedAddress.reached(
                    welcome.artifactEndpoint, through: schedulerEndpoint))
            parts.logger.info("registered", metadata: ["node": "\(parts.settings.name)"])
        case .report(_, .status(let status))
        where status.phase == .failed && status.reason.code == .dataNotStaged:
            // Its set is missing or damaged here: it is fetched again when the job comes again.
            guard let key = core.dataset(of: status.attempt) else { return }
            parts.cache.discard(key)
            carryOut(core.step(.datasetEvicted(key: key), at: now))
        case .checkpointFetched(let trainer, let prepare, let path):
            guard core.expects(prepare, of: trainer) else { return }
            var places = places(for: prepare)
            if prepare.checkpoint == nil {
                places.initialPath = path
            } else {
                places.checkpointPath = path
            }
            children[trainer]?.send(.prepare(prepare, places))
        case .trainerExited(let id, _):
            children.removeValue(forKey: id)?.closeInput()
        case .shutdown: isStopping = true
        default: break
        }
    }

    private func carryOut(_ effects: WorkerEffects) {
        for start in effects.starts { startTrainer(start) }
        for command in effects.commands { send(command) }
        for kill in effects.kills { children[kill]?.kill() }
        for fetch in effects.fetches { bring(fetch) }
        for store in effects.stores { publish(store) }
        for checkpoint in effects.checkpoints { keep(checkpoint) }
        supervise(effects)
        for message in effects.sends {
            parts.control.send(frames: [WireCodec.encode(message)])
        }
        for warning in effects.warnings {
            parts.logger.warning("\(warning.message)", metadata: ["reason": "\(warning.code.word)"])
        }
    }

    private func startTrainer(_ start: WorkerEffects.Start) {
        do {
            children[start.trainer] = try TrainerChild(
                id: start.trainer, coreType: start.coreType, executable: parts.settings.executable,
                receive: { [inbox = parts.inbox] in inbox.put($0) })
        } catch {
            parts.inbox.put(.trainerExited(start.trainer, "it could not be started: \(error)"))
        }
    }

    private func send(_ command: WorkerEffects.Command) {
        guard let child = children[command.trainer] else { return }
        switch command.action {
        case .prepare(let prepare):
            if let checkpoint = prepare.checkpoint {
                fetch(checkpoint, for: prepare, command.trainer)
            } else if let initial = prepare.work.initial {
                fetch(initial, for: prepare, command.trainer)
            } else {
                child.send(.prepare(prepare, places(for: prepare)))
            }
        case .go(let go): child.send(.go(go))
        case .release(let attempt):
            child.send(.release(attempt))
            parts.transfers.forget(modelFolder(of: attempt))
            parts.transfers.forget("\(modelFolder(of: attempt)).initial")
        }
    }

    private func modelFolder(of attempt: AttemptID) -> String {
        "\(parts.settings.stateFolder)/models/\(attempt.job)-\(attempt.number)"
    }

    private func places(for prepare: PrepareTraining) -> TrainerPlaces {
        TrainerPlaces(
            setPath: parts.cache.path(of: prepare.work.data.key),
            exchangeFolder: parts.exchangeFolder, modelFolder: modelFolder(of: prepare.attempt),
            exchangeAddress: parts.settings.exchangeAddress,
            exchangePort: parts.settings.exchangePort, node: NodeID(parts.settings.name),
            hostID: parts.settings.hostID)
    }

    private func bring(_ reference: DatasetReference) {
        let inbox = parts.inbox
        parts.cache.setInUse(Set(core.datasetsInUse))
        parts.transfers.fetch(reference, into: parts.cache) { outcome, evicted in
            for key in evicted { inbox.put(.datasetEvicted(key: key)) }
            switch outcome {
            case .held(let rows): inbox.put(.datasetHeld(key: reference.key, rows: rows))
            case .failed(let reason): inbox.put(.datasetFailed(key: reference.key, reason))
            }
        }
    }

    /// Fetches the checkpoint of a preparation before the trainer hears of it; without it the
    /// trainer answers that it holds nothing, and the scheduler decides.
    private func fetch(
        _ checkpoint: CheckpointReference, for prepare: PrepareTraining, _ trainer: TrainerID
    ) {
        let inbox = parts.inbox
        parts.transfers.fetch(
            checkpoint, to: "\(modelFolder(of: prepare.attempt)).begin-\(checkpoint.round)"
        ) { [logger = parts.logger] path, problem in
            if let problem { logger.warning("the checkpoint is not to be had: \(problem)") }
            inbox.put(.checkpointFetched(trainer, prepare, path: path))
        }
    }

    /// Fetches the model a job begins from before the trainer hears of it; it stays until the
    /// attempt is released.
    private func fetch(
        _ initial: InitialModel, for prepare: PrepareTraining, _ trainer: TrainerID
    ) {
        let inbox = parts.inbox
        let place = "\(modelFolder(of: prepare.attempt)).initial"
        guard !FileManager.default.fileExists(atPath: place) else {
            inbox.put(.checkpointFetched(trainer, prepare, path: place))
            return
        }
        let file = CheckpointReference(
            round: 0, digest: initial.digest, byteCount: initial.byteCount)
        parts.transfers.fetch(file, to: place) { [logger = parts.logger] path, problem in
            if let problem { logger.warning("\(initial.name) is not to be had: \(problem)") }
            inbox.put(.checkpointFetched(trainer, prepare, path: path))
        }
    }

    /// Stores a checkpoint with the scheduler, or removes it; either way its file goes.
    private func keep(_ checkpoint: WorkerEffects.Checkpoint) {
        let inbox = parts.inbox
        let written = checkpoint.written
        let folder = modelFolder(of: written.attempt)
        let path = "\(folder).checkpoint-\(written.checkpoint.round)"
        guard checkpoint.isStored else {
            parts.transfers.forget(path)
            return
        }
        parts.transfers.store(written.checkpoint, from: path) { reason in
            inbox.put(.checkpointStored(written, reason))
        }
    }

    private func publish(_ store: WorkerEffects.Store) {
        let inbox = parts.inbox
        parts.transfers.publish(store.model, from: modelFolder(of: store.attempt)) { reason in
            if let reason {
                inbox.put(.modelStoreFailed(store.attempt, reason))
            } else {
                inbox.put(.modelStored(store.attempt))
            }
        }
    }
}

/// Why a worker cannot start.
package enum WorkerStartError: Error, CustomStringConvertible {
    /// The name breaks the rule of node names.
    case badName(String)
    /// The host lacks AVX2 or FMA.
    case noVectorUnits

    /// What, where, and what to do next.
    package var description: String {
        switch self {
        case .badName(let name):
            "\"\(name)\" is no node name: at most 63 letters, digits, '-', '_' or '.'"
        case .noVectorUnits:
            "this host has no AVX2 and FMA; mlctl needs an x86-64-v3 processor"
        }
    }
}
