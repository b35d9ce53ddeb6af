import ClusterVocabulary
import Determinism
import Glibc
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
    /// Set for the member that writes checkpoints: the first.
    private let checkpoints: CheckpointWriter?
    private var lastReport = ContinuousClock.now
    private var samplesSinceReport = 0
    /// Where the time of this term went.
    private(set) var figures = ExchangeFigures()

    init(
        session: TrainingSession, term: TermExchange, mailbox: CommandMailbox,
        checkpoints: CheckpointWriter? = nil, report: @escaping (TrainerReport) -> Void,
        log: @escaping (String) -> Void
    ) {
        self.checkpoints = term.rank == 0 ? checkpoints : nil
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
        let number = session.completeRounds
        let before = session.stateDigest.high
        let steps = session.plan.steps(inRound: Int(number)).count
        let start = ContinuousClock.now
        // Lanes have threads of their own; this one alone may send.
        let own = pthread_self()
        guard
            let work = session.computeContributions(
                of: member.firstReplica..<member.endReplica,
                shouldStop: { [term] in
                    if pthread_equal(pthread_self(), own) != 0 { term.giveSignOfLife() }
                    return shouldStop()
                }, idle: { term.giveSignOfLife() })
        else { return .stopped }
        let computed = ContinuousClock.now
        let round = try term.run(
            TermExchange.Round(
                number: number, averaged: session.averagedDelta,
                state: UnsafePointer(session.state.pointer), trailer: session.trailer,
                blocks: session.blocksToSend),
            contributions: work.contributions, scalars: work.scalars, shouldStop: shouldStop)
        guard round.outcome == .complete else { return round.outcome }
        figures.rounds += 1
        figures.steps += Int64(steps)
        figures.computeSeconds += (computed - start).seconds
        figures.exchangeSeconds += (ContinuousClock.now - computed).seconds
        figures.straggleSeconds = term.straggle.seconds
        figures.waitSeconds = term.wait.seconds
        figures.bytesSent = term.bytesSent
        guard session.isSound(round.scalars) else { return try endDiverged() }
        checkpoints?.remember(session)
        let results = session.finishRound(round.scalars)
        if term.rank == 0, session.keepsDigests(ofRound: number) {
            session.remember(
                ComputedRounds.Round(
                    number: number, state: before, deltas: round.scalars.map(\.deltaDigest)),
                of: go.members)
        }
        guard results.training.isFinite else {
            throw TrainerFault.diverged(session.divergence(inRound: session.completeRounds - 1))
        }
        if term.rank == 0, let reason = session.earlyStop { log(reason) }
        reportProgress(results)
        keepCheckpoints()
        return .complete
    }

    /// The round's loss is no number: the first member says so, after what is to be kept. The
    /// others, which found the same, wait for what follows: a job that is over keeps no checkpoint
    /// that comes later.
    private func endDiverged() throws -> TermExchange.Outcome {
        guard term.rank == 0 else {
            try term.serve(
                state: UnsafePointer(session.state.pointer), trailer: session.trailer,
                until: { [mailbox] in mailbox.isInterrupted })
            return .stopped
        }
        switch checkpoints?.keepLast() {
        case .success(let written): report(.checkpoint(written))
        case .failure(let error): log("no checkpoint: \(error)")
        case nil: break
        }
        throw TrainerFault.diverged(session.divergence(inRound: session.completeRounds))
    }

    /// Reports the checkpoint that was written meanwhile, and begins one that is due.
    func keepCheckpoints() {
        guard let checkpoints else { return }
        switch checkpoints.finished() {
        case .success(let written): report(.checkpoint(written))
        case .failure(let error): log("no checkpoint: \(error)")
        case nil: break
        }
        checkpoints.considerWriting(session)
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

    private func reportProgress(_ results: RoundFigures) {
        samplesSinceReport += results.training.samples
        let now = ContinuousClock.now
        let elapsed = now - lastReport
        let isDue =
            elapsed >= (term.rank == 0 ? Self.progressInterval : Self.progressInterval * 10)
            || session.isComplete || results.validation != nil || session.hasFullReport
        guard isDue else { return }
        let seconds = elapsed.seconds
        var metrics: [Metric] = []
        if let validation = results.validation {
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
        var progress = TrainingProgress(
            attempt: go.attempt, term: go.term, completeRounds: session.completeRounds,
            totalRounds: session.endRound, stateDigest: "\(session.stateDigest)",
            samples: samplesDone,
            samplesPerSecond: seconds > 0 ? Double(samplesSinceReport) / seconds : 0,
            trainLoss: results.training.meanLoss,
            epoch: session.epochs(afterRounds: session.completeRounds), metrics: metrics)
        progress.exchange = figures
        repeat {
            progress.computed = session.computed.isEmpty ? nil : session.computed.removeFirst()
            report(.progress(progress))
        } while !session.computed.isEmpty
        lastReport = now
        samplesSinceReport = 0
    }

    private var samplesDone: Int64 {
        let lastStep = session.plan.steps(inRound: Int(session.completeRounds) - 1).upperBound
        return Int64(lastStep) * Int64(session.plan.rowsPerStep)
    }
}

extension Duration {
    /// The length in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
