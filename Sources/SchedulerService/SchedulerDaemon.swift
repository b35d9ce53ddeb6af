package import Artifacts
package import ClusterVocabulary
import Dispatch
import Foundation
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
    /// Stored files.
    package let artifacts: ArtifactStore
    let ledger: LedgerStore
    let settings: SchedulerSettings
    let logger: Logger
    private let inbox = SchedulerInbox()
    private let replies = PendingReplies()
    private let hub = EventHub()
    let logs: JobLogs
    let outputs: JobOutputs
    private let curves: CurveWriter
    private let exchangeKeys: ExchangeKeys
    private let context: MessagingContext
    private let authenticator: ZAPHandler
    private let control: RouterEndpoint
    private let peers: Shared<ControlPeers>
    private let artifactServer: ArtifactServer
    private let incarnation: Incarnation
    private let startedAt = WallClock.milliseconds
    private let ended = WaitSignal()
    /// Sweeps of the retention rules, one at a time.
    let housekeeping = DispatchQueue(label: "mlctl.housekeeping")
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
        exchangeKeys = try ExchangeKeys(stateFolder: settings.stateFolder)
        context = try MessagingContext(ioThreads: 2)
        authenticator = try ZAPHandler(context: context) { key, _, _ in keys.allowed[key] }
        control = try RouterEndpoint(
            endpoint: settings.controlEndpoint, context: context, curve: .server(keys.server),
            name: "control")
        peers = Shared(ControlPeers(grace: settings.core.suspectAfter))
        artifactServer = try ArtifactServer(
            endpoint: settings.artifactEndpoint, store: artifacts, context: context,
            keys: keys.server, logger: logger)
        incarnation = Incarnation(
            bootID: HostIdentity.bootID, life: UInt64.random(in: 1...UInt64(Int64.max)))
    }

    /// The control endpoint with its real port.
    package var controlEndpoint: String { control.endpoint }

    /// Recovers the core from the ledger and starts the loop and the sockets.
    package func start() throws {
        let recovered = try ledger.recover()
        var core = Scheduler(
            configuration: settings.core, incarnation: incarnation,
            artifactEndpoint: artifactServer.endpoint.endpoint, at: SchedulerLoop.origin)
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
        startLoop(core, lastEvent: recovered.lastEvent)
        try artifactServer.start()
        try control.start(
            onDisconnect: { [inbox, peers] peer in
                guard let node = peers.withLock({ $0.close(peer) }) else { return }
                _ = inbox.put(.event(.disconnected(node)))
            }
        ) {
            [inbox, peers, published = PublishedModels(store: artifacts), weak control, weak self]
            message in
            guard let body = message.frames.last,
                let decoded = try? WireCodec.decodeWorkerMessage(body),
                let node = ControlPeers.node(of: message.peer)
            else { return }
            var isRegistration = false
            if case .register = decoded { isRegistration = true }
            let verdict = peers.withLock {
                $0.judge(
                    message.peer, for: node, isRegistration: isRegistration,
                    at: ContinuousClock.now)
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

    private func startLoop(_ core: Scheduler, lastEvent: Int64) {
        let actions = SchedulerLoop.Actions(
            send: { [control, peers, exchangeKeys] node, message in
                guard let peer = peers.withLock({ $0.peer(of: node) }) else { return }
                control.send(
                    to: peer, frames: [WireCodec.encode(exchangeKeys.completing(message))])
            },
            answer: { [replies] token, answer in replies.answer(token, with: answer) },
            publish: { [hub] items in hub.publish(items) },
            appendLog: { [logs] job, line in logs.append(line, to: job) },
            removeLog: { [logs, outputs] job in
                logs.remove(job)
                outputs.remove(job)
            },
            appendCurves: { [curves] reports in curves.append(reports) },
            removeCurves: { [curves] jobs in curves.remove(jobs) },
            fail: { [failure] error in failure.set(error) },
            stall: { [stalled] error in stalled.withLock { $0 = error } })
        let parts = (ledger, inbox, view, settings, logger, ended, replies)
        let thread = Thread {
            let (ledger, inbox, view, settings, logger, ended, replies) = parts
            SchedulerLoop(
                core: core, ledger: ledger, inbox: inbox, view: view, lastEvent: lastEvent,
                settings: settings, actions: actions, logger: logger
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
        authenticator.stop()
        context.shutdown()
        curves.drain()
        logs.drain()
        try? ledger.close()
    }
}

/// A value that the control thread, the loop and requests share.
private final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in body(&value) }
    }
}

/// The failure that ended the loop, and whoever waits for it.
private final class FailureCell: Sendable {
    private let error = Mutex<LedgerError?>(nil)
    private let (failures, continuation) = AsyncStream.makeStream(
        of: LedgerError.self, bufferingPolicy: .bufferingOldest(1))

    var value: LedgerError? { error.withLock { $0 } }

    func set(_ failure: LedgerError) {
        error.withLock { $0 = failure }
        continuation.yield(failure)
    }

    /// Returns when the task is cancelled; throws a failure once there is one.
    func wait() async throws {
        for await failure in failures { throw failure }
    }
}

extension SchedulerDaemon {
    private func request(
        _ make: @escaping @Sendable (RequestToken) -> SchedulerEvent
    ) async -> SchedulerEffects.Answer {
        await withCheckedContinuation { continuation in
            let token = replies.add(continuation)
            guard inbox.put(.event(make(token))) else {
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
        if let problem = stalled.withLock({ $0 }) {
            return .refused(
                Reason(.diskFull, "the ledger cannot be written now: \(problem); try again later"))
        }
        return await request { .submit(submission, $0) }
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

    /// Stores a piece of a command's output, answers with what is here, and hands values it was
    /// read from to the core. A piece is stored before any later word of its node is heard.
    private func take(
        _ output: CommandOutput, of node: NodeID, _ answer: (SchedulerMessage) -> Void
    ) {
        let job = output.attempt.job
        guard let record = view.job(job), record.attempt >= output.attempt.number else { return }
        let isMember = record.members.contains { $0.node == node }
        guard isMember, record.attempt == output.attempt.number else {
            // Nobody reads it: what the node holds counts as taken.
            answer(
                .outputAcknowledged(
                    OutputAcknowledgement(
                        attempt: output.attempt, rank: output.rank,
                        position: max(0, output.position + Int64(output.bytes.count)))))
            return
        }
        do {
            let (position, isTaken) = try outputs.accept(output)
            if isTaken {
                if !output.measurements.isEmpty {
                    var values = output
                    values.bytes = []
                    _ = inbox.put(.event(.message(node, .output(values))))
                }
                hub.publish([.output(job)])
            }
            answer(
                .outputAcknowledged(
                    OutputAcknowledgement(
                        attempt: output.attempt, rank: output.rank, position: position)))
        } catch {
            // Not answered: the node asks again.
            logger.warning(
                "output cannot be kept", metadata: ["job": "\(job)", "error": "\(error)"])
        }
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
