import ClusterVocabulary
import ExperimentCore
import JobSpecification
import Ledger
import SchedulerCore

/// Drives the experiments beside the scheduler, on the loop's thread: what the scheduler did goes
/// in, jobs to start and to end come out, and both are committed together.
struct ExperimentDriver {
    /// Turns of start, stop and answer within one commit; what is left waits for the next wake.
    private static let mostTurns = 64
    /// How long new reports of trials may wait for a commit.
    private static let reportDelay: Int64 = 1_000

    private(set) var core: Experiments
    /// Trials with reports that are not durable yet, by number.
    private var reported: [TrialReference: Trial] = [:]
    private var reportedSince: Int64 = 0

    /// What a turn of the loop did to experiments.
    struct Turn: Sendable {
        /// For the ledger.
        var batch = ExperimentBatch()
        /// Answers to requests, to be given after the commit.
        var answers: [(answer: ExperimentEffects.Answer, reply: ExperimentReply)] = []
        /// Trials with new reports, for people; durable with a later commit.
        var reports: [Trial] = []
        /// Specifications of fresh experiments.
        var specifications: [ExperimentID: ExperimentSpecification] = [:]
        /// For the history.
        var facts: [LedgerFact] = []
    }

    init(_ core: Experiments) {
        self.core = core
    }

    /// Takes requests and everything the scheduler did in this turn; makes and ends jobs.
    mutating func turn(
        _ requests: [ExperimentRequest], _ scheduler: inout Scheduler,
        _ effects: inout SchedulerEffects, trials: (ExperimentID) -> [Trial],
        finished: (String, String) -> [Trial], at moment: Moment
    ) -> Turn {
        let now = moment.wallMilliseconds
        var turn = Turn()
        var all = ExperimentEffects()
        for request in requests {
            let event = self.event(request, scheduler, trials: trials, finished: finished)
            var result = event.map { core.step($0, atWall: now) } ?? ExperimentEffects()
            if let answer = result.answer ?? noEffect {
                turn.answers.append((answer, request.reply))
            }
            result.answer = nil
            all.append(result)
        }
        all.append(core.step(.wake, atWall: now))
        var seen = 0
        var seenReports = 0
        var (started, stopped) = (0, 0)
        for _ in 0..<ExperimentDriver.mostTurns {
            for index in seenReports..<effects.progress.count {
                all.append(report(effects.progress[index], now))
            }
            seenReports = effects.progress.count
            for index in seen..<effects.changedJobs.count {
                guard let record = scheduler.record(of: effects.changedJobs[index]),
                    record.trial != nil
                else { continue }
                all.append(core.step(.job(record), atWall: now))
            }
            seen = effects.changedJobs.count
            guard started < all.starts.count || stopped < all.stops.count else { break }
            let stops = all.stops[stopped...]
            stopped = all.stops.count
            for stop in stops {
                effects.append(scheduler.step(.stopTrial(stop.job, stop.reason), at: moment))
            }
            let starts = all.starts[started...]
            started = all.starts.count
            for start in starts {
                all.append(core.place(start.trial, &scheduler, &effects, moment))
            }
        }
        // What a turn could not do waits for the next wake.
        for start in all.starts[started...] {
            let reason = Reason(.limitReached, "too many trials in one turn")
            all.append(
                core.step(
                    .refused(
                        start.trial.experiment, trial: start.trial.number, reason,
                        isForGood: false), atWall: now))
        }
        collect(all, into: &turn, now: now, isCommitting: effects.needsCommit)
        return turn
    }

    /// Goes on with what was recovered; part of the first commit.
    mutating func begin(
        _ scheduler: inout Scheduler, _ effects: inout SchedulerEffects, at moment: Moment
    ) -> Turn {
        var turn = Turn()
        var all = core.goOn(atWall: moment.wallMilliseconds)
        for start in all.starts {
            all.append(core.place(start.trial, &scheduler, &effects, moment))
        }
        for stop in all.stops {
            effects.append(scheduler.step(.stopTrial(stop.job, stop.reason), at: moment))
        }
        collect(all, into: &turn, now: moment.wallMilliseconds, isCommitting: true)
        return turn
    }

    // MARK: Parts

    private func event(
        _ request: ExperimentRequest, _ scheduler: Scheduler, trials: (ExperimentID) -> [Trial],
        finished: (String, String) -> [Trial]
    ) -> ExperimentEvent? {
        switch request.action {
        case .create(let submission):
            let specification = submission.specification
            let (name, namespace) = (specification.name, specification.namespace)
            var run = core.nextRun(of: name, namespace: namespace)
            // The trials' jobs are called after the run: one that jobs have already is left out.
            while scheduler.isUsed("\(name)-\(run)", namespace: namespace) { run += 1 }
            let known = specification.warmStart.flatMap { finished(namespace, $0) }
            return .create(submission, run: run, known: known)
        case .cancel(let id): return .cancel(id)
        case .delete(let id): return .delete(id)
        case .limit(let id, let limits): return .limit(id, limits, trials: trials(id))
        case .ask(let id, let count): return .ask(id, count: count)
        case .tell(let id, let trial, let told): return .tell(id, trial: trial, told)
        }
    }

    private var noEffect: ExperimentEffects.Answer? {
        .refused(Reason(.conflict, "the request had no effect"))
    }

    private mutating func report(
        _ progress: TrainingProgress, _ now: Int64
    ) -> ExperimentEffects {
        guard !progress.metrics.isEmpty else { return ExperimentEffects() }
        let report = TrialReport(
            step: ExperimentDriver.step(of: progress), metrics: progress.metrics)
        return core.step(.report(progress.attempt.job, report), atWall: now)
    }

    /// The epoch of a training job; for a command what the line calls `step` or `epoch`, or how
    /// many lines with values it has printed.
    private static func step(of progress: TrainingProgress) -> Int64 {
        guard progress.totalRounds == 0 else { return progress.epoch }
        let named = ["step", "epoch"].lazy.compactMap { name in
            progress.metrics.first { $0.name == name }?.value
        }.first
        guard let named, let step = Int64(exactly: named.rounded()),
            (0...TrialReport.largestStep).contains(step)
        else { return progress.completeRounds }
        return step
    }

    /// Makes the ledger's batch; reports that changed nothing else wait for others to be written.
    private mutating func collect(
        _ effects: ExperimentEffects, into turn: inout Turn, now: Int64, isCommitting: Bool
    ) {
        for trial in effects.reported {
            if reported.isEmpty { reportedSince = now }
            reported[trial.reference] = trial
        }
        turn.reports = effects.reported
        var trials: [TrialReference: Trial] = [:]
        for trial in effects.trials { trials[trial.reference] = trial }
        let isDue = now - reportedSince >= ExperimentDriver.reportDelay
        if !reported.isEmpty, isCommitting || effects.needsCommit || isDue {
            trials.merge(reported) { changed, _ in changed }
            reported = [:]
        }
        turn.batch.trials = trials.values.sorted {
            ($0.experiment, $0.number) < ($1.experiment, $1.number)
        }
        turn.batch.records = Set(effects.changed).sorted().compactMap { core.record(of: $0) }
        turn.batch.specifications = effects.specifications.map {
            .init(experiment: $0.experiment, text: $0.text)
        }
        turn.batch.deleted = effects.deleted
        turn.facts = effects.facts
        for text in effects.specifications {
            turn.specifications[text.experiment] = core.specification(of: text.experiment)
        }
    }
}

extension Trial {
    /// The trial as others name it.
    var reference: TrialReference { TrialReference(experiment: experiment, number: number) }
}
