import Artifacts
import ClusterVocabulary
import Determinism
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
        var removeLog: @Sendable (JobID) -> Void
        var appendCurves: @Sendable ([TrainingProgress]) -> Void
        var removeCurves: @Sendable ([JobID]) -> Void
        var fail: @Sendable (LedgerError) -> Void
        /// A commit fails for now, with its error; `nil` once it went through.
        var stall: @Sendable (String?) -> Void
    }

    private var core: Scheduler
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
        core: Scheduler, ledger: LedgerStore, inbox: SchedulerInbox, view: CommittedView,
        lastEvent: Int64, settings: SchedulerSettings, actions: Actions, logger: Logger
    ) {
        self.core = core
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
        while let items = inbox.take() {
            var effects = SchedulerEffects()
            checkDisk(&effects)
            for item in items {
                switch item {
                case .event(let event): effects.append(core.step(event, at: moment))
                case .inspect(let look): look(core)
                }
            }
            // Timers are read only after the inbox is drained.
            effects.append(core.step(.wake, at: moment))
            guard commit(&effects) else { return }
        }
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

    private func commit(_ effects: inout SchedulerEffects) -> Bool {
        // A job deleted in the same drain is not in the core any more; its last record came along.
        let last = Dictionary(
            effects.finalRecords.map { ($0.id, $0) }, uniquingKeysWith: { _, newer in newer })
        let jobs = Set(effects.changedJobs).sorted().compactMap {
            core.record(of: $0) ?? last[$0]
        }
        if effects.needsCommit {
            let batch = LedgerBatch(
                facts: effects.facts, jobs: jobs,
                specifications: effects.specifications.map {
                    LedgerBatch.JobSpecificationText(job: $0.job, text: $0.text)
                },
                nodes: effects.nodes, models: effects.models, deletedJobs: effects.deletedJobs)
            guard persist(batch) else { return false }
        }
        act(effects, jobs)
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

    private func act(_ effects: SchedulerEffects, _ jobs: [JobRecord]) {
        let nodesChanged = !effects.nodes.isEmpty || !jobs.isEmpty
        view.update(
            jobs: jobs, deleted: effects.deletedJobs, models: effects.models,
            nodes: nodesChanged ? core.nodeSummaries() : nil, progress: effects.progress)
        for send in effects.sends { actions.send(send.node, send.message) }
        for reply in effects.replies { actions.answer(reply.request, reply.answer) }
        var items: [StreamItem] = []
        for fact in effects.facts {
            lastEvent += 1
            items.append(.fact(LedgerEvent(sequence: lastEvent, fact: fact)))
            if fact.job.number > 0 {
                appendLog(fact.job, "\(fact.kind.word) \(fact.reason)", &items)
            }
        }
        items += jobs.map { .job($0) }
        items += effects.progress.map { .progress($0) }
        for report in effects.progress where !report.metrics.isEmpty && report.totalRounds > 0 {
            appendLog(report.attempt.job, Self.line(of: report), &items)
        }
        if !effects.progress.isEmpty { actions.appendCurves(effects.progress) }
        for job in effects.deletedJobs { actions.removeLog(job) }
        if !effects.deletedJobs.isEmpty { actions.removeCurves(effects.deletedJobs) }
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
