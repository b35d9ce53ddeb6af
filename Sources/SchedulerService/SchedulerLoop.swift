import AccessControl
import Artifacts
import ClusterVocabulary
import Determinism
import ExperimentCore
import Foundation
import Ledger
import Logging
import SchedulerCore

/// The loop that owns the core: drain the inbox, step every event, commit once, then act.
///
/// One thread. Nothing is sent, answered or shown before its records are durable; when a commit
/// fails for now (busy, full) its effects are held and it is tried again, and nothing new is
/// taken meanwhile; when it fails for good the process ends, because a failed sync cannot be
/// trusted twice.
final class SchedulerLoop {
    /// Acts after the commit, given by the daemon.
    struct Actions: Sendable {
        var send: @Sendable (NodeID, SchedulerMessage) -> Void
        var answer: @Sendable (RequestToken, SchedulerEffects.Answer) -> Void
        var publish: @Sendable ([StreamItem]) -> Void
        var appendLog: @Sendable (JobID, String) -> Void
        /// Stores and answers a piece of output whose values are durable.
        var storeOutput: @Sendable (SchedulerEffects.Measured) -> Void
        var removeLog: @Sendable (JobID) -> Void
        /// Removes a file of the store that nobody needs any more.
        var discard: @Sendable (String) -> Void
        var appendCurves: @Sendable ([TrainingProgress]) -> Void
        var appendRounds: @Sendable ([AttemptRounds]) -> Void
        var removeCurves: @Sendable ([JobID]) -> Void
        var fail: @Sendable (LedgerError) -> Void
        /// A commit fails for now, with its error; `nil` once it went through.
        var stall: @Sendable (String?) -> Void
    }

    private var core: Scheduler
    private var experiments: ExperimentDriver
    private var access: AccessRegistry
    private let accessView: AccessView
    private let ledger: LedgerStore
    private let inbox: SchedulerInbox
    private let view: CommittedView
    private let actions: Actions
    private let settings: SchedulerSettings
    private let logger: Logger
    private let start = ContinuousClock.now
    private var lastEvent: Int64
    private var lastDiskCheck: ContinuousClock.Instant
    private var isBelowFloor = false

    init(
        core: Scheduler, experiments: Experiments, access: AccessView, ledger: LedgerStore,
        inbox: SchedulerInbox, view: CommittedView, lastEvent: Int64,
        settings: SchedulerSettings, actions: Actions, logger: Logger
    ) {
        self.core = core
        self.experiments = ExperimentDriver(experiments)
        self.access = access.registry
        accessView = access
        self.ledger = ledger
        self.inbox = inbox
        self.view = view
        self.lastEvent = lastEvent
        self.settings = settings
        self.actions = actions
        self.logger = logger
        lastDiskCheck = start - .seconds(60)
        view.update(jobs: [], deleted: [], models: [], nodes: core.nodeSummaries(), progress: [])
    }

    /// The moment the core was recovered at; the loop's clock counts from there.
    static let origin = LogicalInstant.zero

    private var moment: Moment {
        let elapsed = ContinuousClock.now - start
        return Moment(
            instant: SchedulerLoop.origin + elapsed, wallMilliseconds: WallClock.milliseconds)
    }

    /// Runs until the inbox is closed and empty, or a commit fails for good.
    func run() {
        var first = SchedulerEffects()
        let begun = experiments.begin(&core, &first, at: moment)
        guard commit(&first, begun, AccessTurn()) else { return }
        while let items = inbox.take() {
            var effects = SchedulerEffects()
            var requests: [ExperimentRequest] = []
            var turn = AccessTurn()
            checkDisk(&effects)
            for item in items { take(item, &effects, &requests, &turn) }
            // Timers are read only after the inbox is drained.
            effects.append(core.step(.wake, at: moment))
            let known = view.experiments
            let search = experiments.turn(
                requests, &core, &effects,
                trials: { known.experiment($0)?.trials.map(\.trial) ?? [] },
                finished: { namespace, name in
                    let trials = known.experiment(namespace: namespace, name: name)?.trials ?? []
                    return trials.map(\.trial).filter { $0.state != .running }
                }, at: moment)
            guard commit(&effects, search, turn) else {
                turn.answerAll(with: Reason(.conflict, "the scheduler is stopping"))
                return
            }
        }
    }

    private func take(
        _ item: SchedulerInbox.Item, _ effects: inout SchedulerEffects,
        _ requests: inout [ExperimentRequest], _ turn: inout AccessTurn
    ) {
        switch item {
        case .event(let event, let actor):
            let following = step(event)
            if let actor {
                turn.audit(actor, following.replies.first?.answer.outcome ?? "done")
            }
            effects.append(following)
        case .experiment(let request): requests.append(request)
        case .access(let event, let actor, let answer):
            let following = access.step(event, at: WallClock.milliseconds)
            access.apply(following.changes)
            turn.changes.append(following.changes)
            turn.answers.append((answer, following.refusal))
            if let actor, following.refusal == nil || actor.keepsRefusals {
                turn.audit(actor, following.refusal.map { "refused: \($0)" } ?? "done")
            }
        case .audit(let record): turn.audits.append(record)
        case .inspect(let look): look(core)
        }
    }

    private func step(_ event: SchedulerEvent) -> SchedulerEffects {
        if case .submit(let submission, let request) = event,
            experiments.core.ownsName(submission.name, namespace: submission.namespace)
        {
            let reason = Reason(
                .conflict,
                "jobs called \(submission.name) are trials of the experiment; choose another name")
            return .refusal(of: request, reason)
        }
        return core.step(event, at: moment)
    }

    private func checkDisk(_ effects: inout SchedulerEffects) {
        let now = ContinuousClock.now
        guard now - lastDiskCheck > .seconds(1) else { return }
        lastDiskCheck = now
        let free = (try? FreeSpace.bytes(at: settings.stateFolder)) ?? Int.max
        let isBelow = Int64(free) < settings.freeBytesFloor
        guard isBelow != isBelowFloor else { return }
        isBelowFloor = isBelow
        logger.warning(
            "free disk space crossed the floor",
            metadata: ["free.bytes": "\(free)", "floor.bytes": "\(settings.freeBytesFloor)"])
        effects.append(core.step(.diskBelowFloor(isBelow), at: moment))
    }

    private func commit(
        _ effects: inout SchedulerEffects, _ search: ExperimentDriver.Turn, _ turn: AccessTurn
    ) -> Bool {
        effects.facts += search.facts
        // A job deleted in the same drain is not in the core any more; its last record came along.
        let last = Dictionary(
            effects.finalRecords.map { ($0.id, $0) }, uniquingKeysWith: { _, newer in newer })
        let jobs = Set(effects.changedJobs).sorted().compactMap {
            core.record(of: $0) ?? last[$0]
        }
        if effects.needsCommit || !search.batch.isEmpty || !turn.isEmpty {
            var batch = LedgerBatch(
                facts: effects.facts, jobs: jobs,
                specifications: effects.specifications.map {
                    LedgerBatch.JobSpecificationText(job: $0.job, text: $0.text)
                },
                nodes: effects.nodes, models: effects.models, deletedJobs: effects.deletedJobs)
            batch.experiments = search.batch
            batch.removedNodes = effects.removedNodes
            batch.access = turn.changes
            batch.audits = turn.audits
            guard persist(batch) else { return false }
        }
        accessView.apply(turn.changes)
        act(effects, jobs, search)
        for (answer, refusal) in turn.answers { answer(refusal) }
        return true
    }

    private func persist(_ batch: LedgerBatch) -> Bool {
        var failures = 0
        while true {
            do {
                try ledger.commit(batch, at: WallClock.milliseconds)
                if failures > 0 { actions.stall(nil) }
                return true
            } catch {
                guard error.isRetryable else {
                    logger.critical("a commit failed for good", metadata: ["error": "\(error)"])
                    actions.fail(error)
                    return false
                }
                // What was not acknowledged may be lost: a stop must not wait for space.
                if inbox.isStopping {
                    logger.critical(
                        "stopped with a commit that failed", metadata: ["error": "\(error)"])
                    return false
                }
                if failures % 100 == 0 {
                    logger.error(
                        "a commit failed for now, trying again", metadata: ["error": "\(error)"])
                }
                failures += 1
                actions.stall("\(error)")
                Thread.sleep(
                    forTimeInterval: Double(SchedulerSettings.commitRetryMilliseconds) / 1_000)
            }
        }
    }

    private func act(
        _ effects: SchedulerEffects, _ jobs: [JobRecord], _ turn: ExperimentDriver.Turn
    ) {
        view.experiments.update(
            records: turn.batch.records, specifications: turn.specifications,
            trials: turn.reports + turn.batch.trials, deleted: turn.batch.deleted)
        let nodesChanged =
            !effects.nodes.isEmpty || !jobs.isEmpty || !effects.removedNodes.isEmpty
        view.update(
            jobs: jobs, deleted: effects.deletedJobs, models: effects.models,
            nodes: nodesChanged ? core.nodeSummaries() : nil, progress: effects.progress)
        for send in effects.sends { actions.send(send.node, send.message) }
        for measured in effects.measured { actions.storeOutput(measured) }
        for reply in effects.replies { actions.answer(reply.request, reply.answer) }
        for answer in turn.answers { answer.reply(answer.answer) }
        var items: [StreamItem] = []
        let namespaces =
            effects.facts.isEmpty
            ? [:]
            : Dictionary(
                (jobs + effects.finalRecords).map { ($0.id, $0.namespace) },
                uniquingKeysWith: { first, _ in first })
        for fact in effects.facts {
            lastEvent += 1
            items.append(
                .fact(
                    LedgerEvent(
                        sequence: lastEvent, fact: fact,
                        namespace: namespaces[fact.job])))
            if fact.job.number > 0 {
                appendLog(fact.job, "\(fact.kind.word) \(fact.reason)", &items)
            }
        }
        items += jobs.map { .job($0) }
        items += turn.batch.records.map { .experiment($0) }
        items += effects.progress.map { .progress($0) }
        for report in effects.progress where !report.metrics.isEmpty && report.totalRounds > 0 {
            appendLog(report.attempt.job, Self.line(of: report), &items)
        }
        if !effects.progress.isEmpty { actions.appendCurves(effects.progress) }
        if !effects.computed.isEmpty { actions.appendRounds(effects.computed) }
        for job in effects.deletedJobs { actions.removeLog(job) }
        if !effects.deletedJobs.isEmpty { actions.removeCurves(effects.deletedJobs) }
        for digest in effects.discardedArtifacts { actions.discard(digest) }
        for line in effects.logs { appendLog(line.attempt.job, line.text, &items) }
        actions.publish(items)
    }

    /// `epoch 3, round 12 of 93: train.loss 0.1234, validation.accuracy 0.9712`.
    private static func line(of report: TrainingProgress) -> String {
        let shown = report.metrics.map { "\($0.name) \(Float($0.value))" }
            .joined(separator: ", ")
        let rounds = "round \(report.completeRounds) of \(report.totalRounds)"
        return "epoch \(report.epoch), \(rounds): \(shown)"
    }

    private func appendLog(_ job: JobID, _ text: String, _ items: inout [StreamItem]) {
        let line = "\(WallClock.stamp()) \(text)"
        actions.appendLog(job, line)
        items.append(.log(job, line))
    }
}
