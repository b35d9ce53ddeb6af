import ClusterVocabulary
import Determinism
import Glibc
package import LinearAlgebra
import Messaging
import Training
import WireCodec

/// The trainer process: takes commands from the worker daemon over standard input, trains, reports
/// over standard output. It lives as long as its daemon: the end of standard input ends it.
package final class TrainerLoop {
    private let mailbox: CommandMailbox
    private let writer: PipeFrames.Writer
    private let fingerprint: KernelFingerprint
    private var session: TrainingSession?
    private var prepare: PrepareTraining?
    private var places: TrainerPlaces?
    private var exchange: ExchangeDoor?
    private var checkpoints: CheckpointWriter?
    private var model: ClusterVocabulary.TrainedModel?
    /// The newest term whose rounds were begun; its go counts once.
    private var startedTerm = Term.none
    /// What it said when it heard nothing for too long; said again to a repeated start.
    private var stall: AttemptStatus?

    /// A trainer that speaks over two pipe descriptors; proves its kernel at once. Throws
    /// when the BLAS library cannot be loaded.
    package init(commands: Int32, reports: Int32) throws(BLASLoadError) {
        try BLAS.load()
        fingerprint = KernelFingerprint(
            coreType: BLAS.coreName, digest: "\(NumericsFingerprint.compute())")
        writer = PipeFrames.Writer(descriptor: reports)
        let mailbox = CommandMailbox()
        self.mailbox = mailbox
        CommandReader.start(descriptor: commands, into: mailbox)
    }

    /// Runs until the daemon is gone.
    package func run() {
        report(.hello(fingerprint))
        while let command = mailbox.next() {
            do {
                switch command {
                case .prepare(let prepare, let places): try onPrepare(prepare, places)
                case .go(let go): try onGo(go)
                case .release(let attempt): onRelease(attempt)
                }
            } catch {
                fail(error)
            }
        }
        exchange?.close()
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private func report(_ report: TrainerReport) {
        writer.write(WireCodec.encode(report))
    }

    private func log(_ text: String) {
        guard let attempt = prepare?.attempt else { return }
        report(.log(LogLine(attempt: attempt, text: text)))
    }

    private func onPrepare(_ prepare: PrepareTraining, _ places: TrainerPlaces) throws {
        if session?.attempt != prepare.attempt {
            session = nil
            model = nil
            startedTerm = .none
            self.prepare = prepare
            self.places = places
            log("a trainer took the job at \(WallClockReading.microseconds) us")
            let source = try SessionData(setPath: places.setPath, work: prepare.work)
            session = try TrainingSession(prepare, data: source)
            session?.fault = DeltaFault(Self.variable(DeltaFault.variable))
            checkpoints = CheckpointWriter(prepare, places: places)
            exchange?.close()
            exchange = nil
        }
        self.prepare = prepare
        guard let session else { return }
        session.goBackToAnchor()
        try session.adopt(prepare.work.averaging.choice)
        if session.completeRounds < 0, !places.checkpointPath.isEmpty {
            let writer = prepare.checkpointJob.number > 0 ? prepare.checkpointJob : nil
            resume(session, from: places.checkpointPath, of: writer ?? prepare.attempt.job)
        }
        // A checkpoint comes in its place, and brings all there is.
        if session.completeRounds < 0, prepare.checkpoint == nil {
            try session.takeInitial(from: places.initialPath)
        }
        if exchange == nil {
            exchange = try ExchangeDoor(
                places: places, attempt: prepare.attempt,
                stateBytes: session.state.count * MemoryLayout<Float>.size)
        }
        exchange?.inbox.discard { $0.term < prepare.term.number }
        exchange?.inbox.adopt(prepare.term, key: prepare.exchangeKey)
        report(
            .status(
                AttemptStatus(
                    attempt: prepare.attempt, term: prepare.term, phase: .prepared,
                    completeRounds: session.completeRounds,
                    stateDigest: session.completeRounds >= 0 ? "\(session.stateDigest)" : "",
                    exchange: exchange?.address ?? .none)))
    }

    /// Begins from a checkpoint; one that is of no use leaves the trainer without state, and the
    /// scheduler decides what follows.
    private func resume(_ session: TrainingSession, from path: String, of job: JobID) {
        do {
            let contents = try CheckpointFile.read(path, job: job.number, into: session.state)
            session.adopt(round: contents.round, trailer: contents.trailer)
            log("took the checkpoint after round \(contents.round)")
        } catch {
            log("the checkpoint is of no use: \(error)")
        }
        unlink(path)
    }

    /// Frames that were refused are told once a term, with the names of those who sent corrupted
    /// ones.
    private func logRefusals(_ go: GoTraining, _ refusals: FrameRefusals) {
        guard refusals.isNoteworthy else { return }
        let words = refusals.words { rank in
            Int(rank) < go.members.count ? go.members[Int(rank)].node.name : "a stranger"
        }
        log("frames refused so far: \(words)")
    }

    private func onRelease(_ attempt: AttemptID) {
        guard prepare?.attempt == attempt else { return }
        session = nil
        prepare = nil
        model = nil
        exchange?.close()
        exchange = nil
        report(.hello(fingerprint))
    }

    private func fail(_ error: any Error) {
        guard let prepare else { return }
        let (failure, reason) = TrainerFault.classify(error)
        session = nil
        report(
            .status(
                AttemptStatus(
                    attempt: prepare.attempt, term: prepare.term, phase: .failed,
                    failure: failure, reason: reason)))
    }

    private func onGo(_ go: GoTraining) throws {
        if let stall, stall.attempt == go.attempt, stall.term == go.term {
            // The start was repeated because it seemed lost; the worker takes this for training.
            report(.status(stall))
            return
        }
        guard let session, let exchange, let places, prepare?.attempt == go.attempt,
            prepare?.term == go.term, startedTerm != go.term,
            let rank = go.members.firstIndex(where: { $0.node == places.node })
        else { return }
        startedTerm = go.term
        let member = go.members[rank]
        try session.setLanes(member.lanes, replicas: member.endReplica - member.firstReplica)
        let term = try TermExchange(
            go: go, rank: rank, hostID: places.hostID,
            key: prepare?.exchangeKey ?? .none, shape: session.exchangeShape,
            inbox: exchange.inbox, context: exchange.context,
            silence: ExchangeLimits.silence(Self.variable(ExchangeLimits.silenceVariable)))
        defer {
            term.close()
            logRefusals(go, exchange.inbox.refusals)
        }
        let run = TermRun(
            session: session, term: term, mailbox: mailbox, checkpoints: checkpoints,
            report: { [self] in report($0) }, log: { [self] in log($0) })
        switch try run.untilFinishedOrStopped() {
        case .stopped: break
        case .stalled:
            // The scheduler sees a member that waits at a round's border and proposes a new term.
            let status = AttemptStatus(
                attempt: go.attempt, term: go.term, phase: .prepared,
                completeRounds: session.completeRounds,
                stateDigest: session.completeRounds >= 0 ? "\(session.stateDigest)" : "",
                exchange: exchange.address)
            stall = status
            report(.status(status))
        case .complete:
            let model = try model ?? ModelWriter.write(session, into: places.modelFolder)
            self.model = model
            report(
                .status(
                    AttemptStatus(
                        attempt: go.attempt, term: go.term, phase: .finished,
                        completeRounds: session.completeRounds,
                        stateDigest: "\(session.stateDigest)", exchange: exchange.address,
                        model: model)))
            try term.serve(
                state: UnsafePointer(session.state.pointer), trailer: session.trailer,
                until: { [mailbox] in mailbox.isInterrupted })
        }
    }
}
