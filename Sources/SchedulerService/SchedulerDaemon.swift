import AccessControl
package import Artifacts
package import ClusterVocabulary
import Dispatch
package import ExperimentCore
import Foundation
import JobSpecification
package import Ledger
package import Logging
import Messaging
package import SchedulerCore
import Synchronization
import WireCodec

/// The scheduler process without its HTTP side: ledger, core loop, control and artifact sockets.
package final class SchedulerDaemon: SchedulerBackend {
    /// Committed state for reads.
    package let view = CommittedView()
    /// Users, tokens and node keys, as committed.
    package let access = AccessView()
    /// Stored files.
    package let artifacts: ArtifactStore
    let ledger: LedgerStore
    let settings: SchedulerSettings
    let logger: Logger
    let inbox = SchedulerInbox()
    private let keys: ClusterKeys
    private let enrolment: EnrolmentServer
    private let replies = PendingReplies()
    let hub = EventHub()
    let logs: JobLogs
    let outputs: JobOutputs
    private let curves: CurveWriter
    private let exchangeKeys: ExchangeKeys
    private let context: MessagingContext
    private let authenticator: ZAPHandler
    let control: RouterEndpoint
    let peers: Shared<ControlPeers>
    private let artifactServer: ArtifactServer
    private let incarnation: Incarnation
    private let startedAt = WallClock.milliseconds
    private let ended = WaitSignal()
    /// Sweeps of the retention rules, one at a time.
    let housekeeping = DispatchQueue(label: "mlctl.housekeeping")
    /// Removes checkpoints nobody needs any more, off the loop.
    private let discards = DispatchQueue(label: "mlctl.discards")
    private let failure = FailureCell()
    /// Why commits fail for now.
    private let stalled = Shared<String?>(nil)

    /// Opens everything; nothing is accepted before ``start()``. Throws the named error of what
    /// could not be opened: ledger, port, folder.
    package init(settings: SchedulerSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        try FileManager.default.createDirectory(
            atPath: settings.stateFolder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        ledger = try LedgerStore(path: "\(settings.stateFolder)/ledger.sqlite")
        artifacts = try ArtifactStore(at: "\(settings.stateFolder)/artifacts")
        // An upload that nobody went on with for a day is not coming back.
        try artifacts.removePartials(olderThan: 86_400)
        curves = CurveWriter(ledger: ledger, logger: logger)
        logs = try JobLogs(folder: "\(settings.stateFolder)/logs")
        outputs = try JobOutputs(folder: "\(settings.stateFolder)/outputs")
        let keys = try ClusterKeys.load(stateFolder: settings.stateFolder)
        self.keys = keys
        exchangeKeys = try ExchangeKeys(stateFolder: settings.stateFolder)
        // Before a socket listens: a worker that is refused once does not come back by itself.
        access.apply([try ledger.recoverAccess()])
        context = try MessagingContext(ioThreads: 2)
        let doorkeeper = Doorkeeper(access: access)
        authenticator = try ZAPHandler(context: context) { key, address, domain in
            doorkeeper.userID(ofKey: key, address: address, domain: domain)
        }
        control = try RouterEndpoint(
            endpoint: settings.controlEndpoint, context: context, curve: .server(keys.server),
            name: "control")
        peers = Shared(ControlPeers(grace: settings.core.suspectAfter))
        artifactServer = try ArtifactServer(
            endpoint: settings.artifactEndpoint, store: artifacts, context: context,
            keys: keys.server, access: access, logger: logger)
        enrolment = try EnrolmentServer(
            settings: settings, control: control.endpoint, keys: keys.server, context: context)
        incarnation = Incarnation(
            bootID: HostIdentity.bootID, life: UInt64.random(in: 1...UInt64(Int64.max)))
    }

    /// The control endpoint with its real port.
    package var controlEndpoint: String { control.endpoint }

    /// Recovers the core from the ledger and starts the loop and the sockets.
    package func start() throws {
        let recovered = try ledger.recover()
        var core = Scheduler(
            configuration: RestoredMark.configuration(settings), incarnation: incarnation,
            artifactEndpoint: AdvertisedAddress.endpoint(
                artifactServer.endpoint.endpoint, as: settings.advertise),
            at: SchedulerLoop.origin)
        core.recover(
            RecoveredState(
                jobs: recovered.jobs, nodes: recovered.nodes, models: recovered.models,
                nextJob: recovered.nextJob, lastRuns: recovered.lastRuns,
                jobsByKey: recovered.jobsByKey),
            at: Moment(instant: SchedulerLoop.origin, wallMilliseconds: startedAt))
        view.recover(lastRuns: recovered.lastRuns)
        view.update(
            jobs: recovered.jobs, deleted: [], models: recovered.models, nodes: nil, progress: [])
        logger.info(
            "recovered",
            metadata: ["jobs": "\(recovered.jobs.count)", "records": "\(recovered.recordCount)"])
        admitLocalWorkers()
        startLoop(core, try recoverExperiments(), lastEvent: recovered.lastEvent)
        try artifactServer.start()
        try enrolment.start(inbox: inbox)
        try control.start(
            onDisconnect: { [inbox, peers] peer in
                guard let node = peers.withLock({ $0.close(peer) }) else { return }
                _ = inbox.put(.event(.disconnected(node)))
            }
        ) {
            [
                inbox, peers, access, published = PublishedModels(store: artifacts), weak control,
                weak self
            ] message in
            guard let body = message.frames.last,
                let decoded = try? WireCodec.decodeWorkerMessage(body),
                let node = ControlPeers.node(of: message.peer), let key = message.userID
            else { return }
            guard published.accepts(decoded) else { return }
            var isRegistration = false
            if case .register = decoded { isRegistration = true }
            // Asked for each message: a key may be taken back while its connection lives.
            let owner = access.node(ofKey: key)
            let verdict = peers.withLock {
                $0.judge(
                    message.peer, for: node, keyOf: owner, isRegistration: isRegistration,
                    at: ContinuousClock.now)
            }
            if isRegistration, verdict == .pass, access.read({ $0.isNext(key) }) {
                _ = inbox.put(.access(.keyUsed(key), by: nil, answer: { _ in }))
            }
            switch verdict {
            case .pass:
                if case .output(let output) = decoded {
                    self?.take(output, of: node) { reply in
                        control?.send(to: message.peer, frames: [WireCodec.encode(reply)])
                    }
                    return
                }
                _ = inbox.put(.event(.message(node, published.checked(decoded))))
            case .refuse(let reason):
                control?.send(
                    to: message.peer, frames: [WireCodec.encode(SchedulerMessage.refused(reason))])
            case .drop: break
            }
        }
        startCheckpointing()
        startHousekeeping()
    }

    /// Builds the experiments again from the ledger; a specification that cannot be read any more
    /// ends the start, because going on without it would lose its trials.
    private func recoverExperiments() throws -> Experiments {
        let ledgered = try ledger.recoverExperiments()
        var items: [RecoveredExperiments.Item] = []
        for item in ledgered.items {
            let reading = SpecificationReader.read(
                item.specification, file: item.record.fullName)
            guard let specification = reading.experiments.first else {
                throw LedgerError.damaged(
                    path: ledger.path,
                    detail: "the specification of \(item.record.fullName) cannot be read: "
                        + (reading.diagnostics.first?.rendered() ?? "it is empty"))
            }
            let known = ledgered.items.filter { other in
                other.record.namespace == item.record.namespace
                    && specification.warmStart.contains {
                        $0 == other.record.fullName || $0 == other.record.name
                    } && other.record.id < item.record.id
            }
            items.append(
                RecoveredExperiments.Item(
                    record: item.record, specification: specification, trials: item.trials,
                    known: known.flatMap(\.trials).filter { $0.state != .running }))
        }
        var experiments = Experiments()
        let problems = experiments.recover(
            RecoveredExperiments(
                items: items, next: ledgered.next, lastRuns: ledgered.lastRuns,
                byKey: ledgered.byKey))
        for problem in problems {
            logger.error(
                "an experiment cannot go on",
                metadata: ["id": "\(problem.experiment)", "problem": "\(problem.problem)"])
        }
        view.experiments.update(
            records: items.map(\.record),
            specifications: Dictionary(
                items.map { ($0.record.id, $0.specification) }, uniquingKeysWith: { $1 }),
            trials: items.flatMap(\.trials), deleted: [])
        return experiments
    }

    private func startLoop(
        _ core: Scheduler, _ experiments: Experiments, lastEvent: Int64
    ) {
        let actions = SchedulerLoop.Actions(
            send: { [control, peers, exchangeKeys] node, message in
                guard let peer = peers.withLock({ $0.peer(of: node) }) else { return }
                control.send(
                    to: peer, frames: [WireCodec.encode(exchangeKeys.completing(message))])
            },
            answer: { [replies] token, answer in replies.answer(token, with: answer) },
            publish: { [hub] items in hub.publish(items) },
            appendLog: { [logs] job, line in logs.append(line, to: job) },
            storeOutput: { [weak self] measured in self?.store(measured) },
            removeLog: { [logs, outputs] job in
                logs.remove(job)
                outputs.remove(job)
            },
            discard: { [artifacts, discards] text in
                discards.async { PublishedModels(store: artifacts).discardCheckpoint(text) }
            },
            appendCurves: { [curves] reports in curves.append(reports) },
            appendRounds: { [curves] rounds in curves.append(rounds) },
            removeCurves: { [curves] jobs in curves.remove(jobs) },
            fail: { [failure] error in failure.set(error) },
            stall: { [stalled] error in stalled.withLock { $0 = error } })
        let parts = (ledger, inbox, view, access, settings, logger, ended, replies)
        let thread = Thread {
            let (ledger, inbox, view, access, settings, logger, ended, replies) = parts
            SchedulerLoop(
                core: core, experiments: experiments, access: access, ledger: ledger,
                inbox: inbox, view: view, lastEvent: lastEvent, settings: settings,
                actions: actions, logger: logger
            ).run()
            replies.answerAll(with: .refused(Reason(.conflict, "the scheduler is stopping")))
            ended.notify()
        }
        thread.name = "scheduler"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// WAL pages are copied into the ledger file by a thread of their own.
    private func startCheckpointing() {
        let thread = Thread { [weak self] in
            while true {
                Thread.sleep(forTimeInterval: 5)
                guard let self else { return }
                do throws(LedgerError) { _ = try ledger.checkpoint() } catch {
                    if case .closed = error { return }
                    logger.warning("a checkpoint failed", metadata: ["error": "\(error)"])
                }
            }
        }
        thread.start()
    }

    /// Waits until the loop has ended; gives the failure that ended it, if one did.
    package func waitUntilEnded() -> LedgerError? {
        ended.wait()
        ended.notify()
        return failure.value
    }

    /// Says that ``stop()`` will follow once requests under way are answered; a commit that fails
    /// for now would keep them waiting, so it is given up.
    package func announceStop() { inbox.announceStop() }

    /// Whether it will end.
    var isStopping: Bool { inbox.isStopping }

    /// Stops cleanly: what was taken is committed, then sockets and ledger close.
    package func stop() {
        inbox.close()
        _ = waitUntilEnded()
        hub.close()
        control.stop()
        artifactServer.stop()
        enrolment.stop()
        authenticator.stop()
        context.shutdown()
        curves.drain()
        logs.drain()
        try? ledger.close()
    }
}

extension SchedulerDaemon {
    private func request(
        _ make: @escaping @Sendable (RequestToken) -> SchedulerEvent
    ) async -> SchedulerEffects.Answer {
        await withCheckedContinuation { continuation in
            let token = replies.add(continuation)
            guard inbox.put(.event(make(token), by: RequestActor.current)) else {
                replies.answer(
                    token,
                    with: .refused(
                        Reason(.limitReached, "the scheduler is overloaded; try again shortly")))
                return
            }
        }
    }

    /// Submits a job; the answer comes after the commit.
    package func submit(_ submission: Submission) async -> SchedulerEffects.Answer {
        // The door checks it too; no door can forget it.
        if let own = RequestActor.current?.namespace, own != submission.namespace {
            return .refused(Reason(.invalid, "you submit to the namespace \(own) alone"))
        }
        if let problem = stalled.withLock({ $0 }) {
            return .refused(
                Reason(.diskFull, "the ledger cannot be written now: \(problem); try again later"))
        }
        return await request { .submit(submission, $0) }
    }

    /// Asks for something of experiments; the answer comes after the commit.
    package func request(_ action: ExperimentAction) async -> ExperimentEffects.Answer {
        if case .create = action, let problem = stalled.withLock({ $0 }) {
            return .refused(
                Reason(.diskFull, "the ledger cannot be written now: \(problem); try again later"))
        }
        return await withCheckedContinuation { continuation in
            let once = Shared<CheckedContinuation<ExperimentEffects.Answer, Never>?>(continuation)
            let reply: ExperimentReply = { answer in
                once.withLock { waiting in
                    waiting?.resume(returning: answer)
                    waiting = nil
                }
            }
            guard inbox.put(.experiment(ExperimentRequest(action: action, reply: reply))) else {
                reply(
                    .refused(
                        Reason(.limitReached, "the scheduler is overloaded; try again shortly")))
                return
            }
        }
    }

    /// The canonical specification of an experiment.
    package func specification(of experiment: ExperimentID) throws -> String? {
        try ledger.specification(of: experiment)
    }

    /// Ends a job.
    package func cancel(_ job: JobID) async -> SchedulerEffects.Answer {
        await request { .cancel(job, $0) }
    }

    /// Removes an ended job from view.
    package func delete(_ job: JobID) async -> SchedulerEffects.Answer {
        await request { .delete(job, $0) }
    }

    /// Suspends a waiting job, or resumes it.
    package func suspend(_ job: JobID, _ isSuspended: Bool) async -> SchedulerEffects.Answer {
        await request { .suspend(job, isSuspended, $0) }
    }

    /// Decides whether a node takes work.
    package func assign(
        _ node: NodeID, _ assignment: NodeAssignment
    ) async -> SchedulerEffects.Answer {
        await request { .assign(node, assignment, $0) }
    }

    /// Why a job is where it is.
    package func explain(_ job: JobID) async -> Explanation? {
        await withCheckedContinuation { continuation in
            let isTaken = inbox.put(
                .inspect { core in continuation.resume(returning: core.explain(job)) })
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// The canonical spec of a job.
    package func specification(of job: JobID) throws -> String? {
        try ledger.specification(of: job)
    }

    /// The digests kept of a job's rounds, those that were just taken too.
    package func computedRounds(of job: JobID) throws -> [ComputedRounds] {
        curves.drain()
        return try ledger.computedRounds(of: job)
    }

    /// Durable facts after a sequence number, oldest first.
    package func events(job: JobID?, after sequence: Int64, limit: Int) throws -> [LedgerEvent] {
        try ledger.events(job: job, after: sequence, limit: limit)
    }

    /// What the ranks of a command job wrote, from a position on, and where it ends.
    package func output(
        of job: JobID, from: Int64, most: Int
    ) throws -> (position: Int64, bytes: [UInt8], end: Int64) {
        try outputs.read(job, from: from, most: most)
    }

    /// The whole log of a job.
    package func log(of job: JobID) throws -> String { logs.text(of: job) }

    /// Everything committed from now on.
    package func subscribe() -> AsyncStream<StreamItem> { hub.subscribe() }

    /// What it says of itself.
    package var information: SchedulerInformation {
        let free = (try? FreeSpace.bytes(at: settings.stateFolder)) ?? 0
        return SchedulerInformation(
            version: ProductVersion.text, incarnation: incarnation, startedAt: startedAt,
            freeBytes: Int64(free),
            isDiskBelowFloor: Int64(free) < settings.freeBytesFloor
                || stalled.withLock { $0 != nil })
    }
}

extension SchedulerDaemon {
    /// Returns when the task is cancelled; throws when the loop ended by itself.
    package func untilFailed() async throws {
        try await failure.wait()
    }
}

extension SchedulerDaemon {
    /// Workers of this user and host enrol by the token in the state folder.
    private func admitLocalWorkers() {
        let digest = SHA256Hasher.digest(of: Array(keys.localToken.secret.utf8)).hex
        let known = access.registry.tokens.first { $0.id == AccessToken.localID }
        guard known?.digest != digest else { return }
        let token = AccessToken(
            id: AccessToken.localID, digest: digest, createdBy: "scheduler",
            createdAt: WallClock.milliseconds)
        _ = inbox.put(.access(.issue(token), by: nil, answer: { _ in }))
    }

    /// Where workers of other hosts enrol, with its real port; `nil` when they cannot.
    package var enrolmentEndpoint: String? { enrolment.remoteEndpoint }

    /// The scheduler's public key, for join tokens.
    package var serverPublicKey: String { keys.server.publicKey }
}
