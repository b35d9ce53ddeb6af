import ClusterVocabulary
import LinearAlgebra
import Training
import WireCodec

/// One term of one attempt: rounds until the plan is done, a command comes, or a peer is silent.
final class TermRun {
    /// How often the first member reports progress; the others report at a tenth of that rate.
    static let progressInterval = Duration.milliseconds(100)

    private let session: TrainingSession
    private let term: TermExchange
    private let mailbox: CommandMailbox
    private let report: (TrainerReport) -> Void
    private let log: (String) -> Void
    private var lastReport = ContinuousClock.now
    private var samplesSinceReport = 0

    init(
        session: TrainingSession, term: TermExchange, mailbox: CommandMailbox,
        report: @escaping (TrainerReport) -> Void, log: @escaping (String) -> Void
    ) {
        self.session = session
        self.term = term
        self.mailbox = mailbox
        self.report = report
        self.log = log
    }

    private var go: GoTraining { term.go }

    func untilFinishedOrStopped() throws -> TermExchange.Outcome {
        if case let outcome = try reachStart(), outcome != .complete { return outcome }
        while !session.isComplete {
            if case let outcome = try runRound(), outcome != .complete { return outcome }
        }
        return .complete
    }

    /// Computes and exchanges one round; the state changes only when it is complete.
    func runRound() throws -> TermExchange.Outcome {
        let member = go.members[term.rank]
        let shouldStop = { [mailbox] in mailbox.isInterrupted }
        guard
            let work = session.computeContributions(
                of: member.firstReplica..<member.endReplica, shouldStop: shouldStop)
        else { return .stopped }
        let round = try term.run(
            round: session.completeRounds, contributions: work.contributions,
            scalars: work.scalars, averaged: session.averagedDelta,
            state: UnsafePointer(session.state.pointer), trailer: session.trailer,
            shouldStop: shouldStop)
        guard round.outcome == .complete else { return round.outcome }
        let figures = session.finishRound(round.scalars)
        guard figures.training.isFinite else {
            throw TrainerFault.diverged(session.divergence)
        }
        if term.rank == 0, let reason = session.earlyStop { log(reason) }
        reportProgress(figures)
        return .complete
    }

    /// Brings the session to the state of the term's first round.
    func reachStart() throws -> TermExchange.Outcome {
        if session.completeRounds < 0, go.stateSource == nil {
            session.beginFromSeed()
        }
        if session.completeRounds == go.startRound { return .complete }
        guard let source = go.stateSource,
            let rank = go.members.firstIndex(where: { $0.node == source }), rank != term.rank
        else {
            throw TrainerFault.inconsistent(
                "term \(go.term) starts at round \(go.startRound), this trainer holds "
                    + "\(session.completeRounds)")
        }
        // While the state is on its way this trainer holds none.
        session.completeRounds = -1
        let fetched = try term.fetchState(from: rank, into: session.state.pointer) {
            [mailbox] in mailbox.isInterrupted
        }
        guard fetched.outcome == .complete else { return fetched.outcome }
        session.adopt(round: go.startRound, trailer: fetched.trailer)
        log("took the state after round \(go.startRound) from \(source)")
        return .complete
    }

    private func reportProgress(_ figures: RoundFigures) {
        samplesSinceReport += figures.training.samples
        let now = ContinuousClock.now
        let elapsed = now - lastReport
        let isDue =
            elapsed >= (term.rank == 0 ? Self.progressInterval : Self.progressInterval * 10)
            || session.isComplete || figures.validation != nil
        guard isDue else { return }
        let seconds =
            Double(elapsed.components.seconds)
            + Double(elapsed.components.attoseconds) / 1e18
        var metrics: [Metric] = []
        if let validation = figures.validation {
            metrics = [
                Metric("train.loss", session.trailer.trainLoss),
                Metric("validation.loss", validation.meanLoss),
            ]
            if session.layout.architecture.loss.isClassification {
                metrics += [
                    Metric("train.accuracy", session.trailer.trainAccuracy),
                    Metric("validation.accuracy", validation.accuracy),
                ]
            }
            metrics.sort { $0.name < $1.name }
        }
        report(
            .progress(
                TrainingProgress(
                    attempt: go.attempt, term: go.term, completeRounds: session.completeRounds,
                    totalRounds: session.totalRounds, stateDigest: "\(session.stateDigest)",
                    samples: samplesDone,
                    samplesPerSecond: seconds > 0 ? Double(samplesSinceReport) / seconds : 0,
                    trainLoss: figures.training.meanLoss,
                    epoch: session.epochs(afterRounds: session.completeRounds),
                    metrics: metrics)))
        lastReport = now
        samplesSinceReport = 0
    }

    private var samplesDone: Int64 {
        let lastStep = session.plan.steps(inRound: Int(session.completeRounds) - 1).upperBound
        return Int64(lastStep) * Int64(session.plan.rowsPerStep)
    }
}
