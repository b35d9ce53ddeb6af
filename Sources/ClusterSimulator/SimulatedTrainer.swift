import ClusterVocabulary
import Determinism

/// A trainer that trains nothing: its state after a round is a pure function of the state before,
/// so a round that is skipped, repeated on other bits, or taken from a wrong member shows.
struct SimulatedTrainer: Sendable {
    let coreType: String
    var isAlive = true
    var prepared: PrepareTraining?
    var go: GoTraining?
    var phase = AttemptPhase.starting
    /// Complete rounds; -1 without state.
    var rounds: Int64 = -1
    var state: UInt64 = 0
    /// When it last got further, for its own patience with silent peers.
    var movedAt = LogicalInstant.zero

    /// How long a trainer bears that nothing comes of its peers, as the production one does.
    static let patience = Duration.seconds(20)

    init(coreType: String) {
        self.coreType = coreType
    }

    var digest: String { rounds < 0 ? "" : String(state, radix: 16) }

    /// Rounds of the whole plan.
    static func total(_ work: TrainingWork) -> Int64 { Int64(work.epochs) * 10 }

    /// The state before the first round.
    static func seeded(_ work: TrainingWork) -> UInt64 { work.seed &* 0x9E37_79B9_7F4A_7C15 }

    /// The state after a round.
    static func next(_ state: UInt64, _ work: TrainingWork, round: Int64) -> UInt64 {
        var mixed = state ^ (UInt64(round) &* 0xD6E8_FEB8_6659_FD93) ^ UInt64(work.replicas)
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ (mixed >> 29)
    }

    /// What the model's digest must be, whoever trained it.
    static func expectedModel(of work: TrainingWork) -> String {
        var state = seeded(work)
        for round in 0..<total(work) { state = next(state, work, round: round) }
        return String(state, radix: 16)
    }

    /// Stops at the round's border and answers for a term.
    mutating func prepare(_ command: PrepareTraining) -> AttemptStatus? {
        if let known = prepared, known.attempt == command.attempt, known.term >= command.term {
            return nil
        }
        if prepared?.attempt != command.attempt { rounds = -1 }
        prepared = command
        go = nil
        phase = .prepared
        return status()
    }

    /// Takes the start of its term; a second one is ignored.
    mutating func start(_ command: GoTraining, at now: LogicalInstant) -> AttemptStatus? {
        guard let prepared, phase == .prepared, prepared.attempt == command.attempt,
            prepared.term == command.term
        else { return nil }
        go = command
        phase = .training
        movedAt = now
        if command.stateSource == nil {
            rounds = 0
            state = SimulatedTrainer.seeded(prepared.work)
        }
        return status()
    }

    /// Ready for another job.
    mutating func release() {
        self = SimulatedTrainer(coreType: coreType)
    }

    func status() -> AttemptStatus? {
        guard let prepared else { return nil }
        var status = AttemptStatus(
            attempt: prepared.attempt, term: prepared.term, phase: phase, completeRounds: rounds,
            stateDigest: digest)
        if phase == .finished {
            let total = SimulatedTrainer.total(prepared.work)
            // The description names the attempt, so that a model of an older one would show.
            status.model = TrainedModel(
                weightsDigest: digest, descriptionDigest: "attempt \(prepared.attempt.number)",
                byteCount: 1, metrics: [Metric("train.samples", 1)], roundChain: digest,
                rounds: total)
        }
        return status
    }

    func progress() -> TrainingProgress? {
        guard let prepared else { return nil }
        return TrainingProgress(
            attempt: prepared.attempt, term: prepared.term, completeRounds: rounds,
            totalRounds: SimulatedTrainer.total(prepared.work), stateDigest: digest,
            samples: rounds, samplesPerSecond: 1, trainLoss: 1, epoch: 0, metrics: [])
    }
}
