/// The command to ready a trainer for a term and to answer with the newest complete round.
package struct PrepareTraining: Hashable, Sendable {
    /// The try this belongs to.
    package var attempt: AttemptID
    /// The proposed membership.
    package var term: Term
    /// What to train.
    package var work: TrainingWork
    /// The OpenBLAS core type to run under, frozen in the record.
    package var coreType: String
    /// How many replicas this node computes at once.
    package var lanes: Int
    /// The job's full name, for people.
    package var jobName: String
    /// The key that seals this term's frames between hosts; filled in as the message is sent, so
    /// that no record ever holds it.
    package var exchangeKey = SecretBytes.none
    /// What a trainer without state begins from; `nil` means the seed, or a peer's state.
    package var checkpoint: CheckpointReference?
    /// The job whose state that is; 0 means this one.
    package var checkpointJob = JobID(0)

    /// Makes the command.
    package init(
        attempt: AttemptID, term: Term, work: TrainingWork, coreType: String, lanes: Int,
        jobName: String
    ) {
        self.attempt = attempt
        self.term = term
        self.work = work
        self.coreType = coreType
        self.lanes = lanes
        self.jobName = jobName
    }
}

/// One member of a term: who computes which replicas and where its exchange listens.
package struct TermMember: Hashable, Sendable {
    /// The node.
    package var node: NodeID
    /// The first of its replicas.
    package var firstReplica: Int
    /// One past the last of its replicas.
    package var endReplica: Int
    /// Replicas it computes at once.
    package var lanes: Int
    /// Where its trainer receives frames, as its answer to `prepare` said.
    package var exchange: ExchangeAddress

    /// Makes a member.
    package init(
        node: NodeID, firstReplica: Int, endReplica: Int, lanes: Int, exchange: ExchangeAddress
    ) {
        self.node = node
        self.firstReplica = firstReplica
        self.endReplica = endReplica
        self.lanes = lanes
        self.exchange = exchange
    }
}

/// Where a trainer receives parameter frames.
package struct ExchangeAddress: Hashable, Sendable {
    /// What tells its host from others: equal ids use `local`.
    package var hostID: String
    /// The endpoint for processes of the same host (`ipc://…`).
    package var local: String
    /// The endpoint for other hosts (`tcp://…`); empty when it listens for its own host only.
    package var remote: String
    /// A CURVE public key of the remote endpoint, Z85; empty, because frames are sealed instead.
    package var publicKey: String

    /// Makes an address.
    package init(hostID: String, local: String, remote: String, publicKey: String) {
        self.hostID = hostID
        self.local = local
        self.remote = remote
        self.publicKey = publicKey
    }

    /// No address yet.
    package static let none = ExchangeAddress(hostID: "", local: "", remote: "", publicKey: "")
}

/// The command to train: membership, first round, and who hands the state to whom.
package struct GoTraining: Hashable, Sendable {
    /// The try this belongs to.
    package var attempt: AttemptID
    /// The membership.
    package var term: Term
    /// All members, ordered by replica.
    package var members: [TermMember]
    /// The round everybody starts at: complete rounds so far.
    package var startRound: Int64
    /// The member that sends its state to those behind; `nil` means all begin from the seed.
    package var stateSource: NodeID?

    /// Makes the command.
    package init(
        attempt: AttemptID, term: Term, members: [TermMember], startRound: Int64,
        stateSource: NodeID?
    ) {
        self.attempt = attempt
        self.term = term
        self.members = members
        self.startRound = startRound
        self.stateSource = stateSource
    }
}

/// What a node says of one attempt it holds; sent on change and with every heartbeat.
package struct AttemptStatus: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// The newest term the trainer knows.
    package var term: Term
    /// What the trainer does.
    package var phase: AttemptPhase
    /// Complete rounds; -1 when the trainer holds no state.
    package var completeRounds: Int64
    /// The digest of the state after those rounds, 32 hexadecimal digits; empty without state.
    package var stateDigest: String
    /// Where the trainer receives frames.
    package var exchange: ExchangeAddress
    /// With `finished` and `published`: the model.
    package var model: TrainedModel?
    /// With `failed`: whose fault.
    package var failure: FailureClass?
    /// With `failed`: what happened.
    package var reason: Reason

    /// Makes a status.
    package init(
        attempt: AttemptID, term: Term, phase: AttemptPhase, completeRounds: Int64 = -1,
        stateDigest: String = "", exchange: ExchangeAddress = .none, model: TrainedModel? = nil,
        failure: FailureClass? = nil, reason: Reason = .none
    ) {
        self.attempt = attempt
        self.term = term
        self.phase = phase
        self.completeRounds = completeRounds
        self.stateDigest = stateDigest
        self.exchange = exchange
        self.model = model
        self.failure = failure
        self.reason = reason
    }
}

/// A finished model: files by digest, final metrics.
package struct TrainedModel: Hashable, Sendable {
    /// SHA-256 of the safetensors file, 64 hexadecimal digits: the model's digest.
    package var weightsDigest: String
    /// SHA-256 of the JSON description, 64 hexadecimal digits.
    package var descriptionDigest: String
    /// Bytes of both files.
    package var byteCount: Int64
    /// Final values by name (`test.accuracy`, `train.loss`, …), ordered by name.
    package var metrics: [Metric]
    /// The digest chain over all rounds, 32 hexadecimal digits.
    package var roundChain: String
    /// All rounds of the plan.
    package var rounds: Int64
    /// The state it was made from, where training paused; `nil` when it did not.
    package var state: CheckpointReference?

    /// Describes a model.
    package init(
        weightsDigest: String, descriptionDigest: String, byteCount: Int64, metrics: [Metric],
        roundChain: String, rounds: Int64
    ) {
        self.weightsDigest = weightsDigest
        self.descriptionDigest = descriptionDigest
        self.byteCount = byteCount
        self.metrics = metrics
        self.roundChain = roundChain
        self.rounds = rounds
    }
}

/// A named number.
package struct Metric: Hashable, Sendable {
    /// Its name, such as `validation.accuracy`.
    package var name: String
    /// Its value.
    package var value: Double

    /// Makes a metric.
    package init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }

    /// The most metrics one message carries.
    package static let most = 64
}

/// How far an attempt is: sent a few times a second, not for every round.
package struct TrainingProgress: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// The membership.
    package var term: Term
    /// Complete rounds.
    package var completeRounds: Int64
    /// All rounds of the plan.
    package var totalRounds: Int64
    /// Digest of the state after those rounds, 32 hexadecimal digits.
    package var stateDigest: String
    /// Training rows done so far, all replicas.
    package var samples: Int64
    /// Rows per second since the last report.
    package var samplesPerSecond: Double
    /// Mean training loss of the last round.
    package var trainLoss: Double
    /// Passes over the data completed.
    package var epoch: Int64
    /// Values measured at an epoch's end (`validation.loss`, `validation.accuracy`).
    package var metrics: [Metric]
    /// Where this member's time went in this term.
    package var exchange = ExchangeFigures()
    /// Digests of rounds since its last report; `nil` when there are none to tell.
    package var computed: ComputedRounds?

    /// Makes a report.
    package init(
        attempt: AttemptID, term: Term, completeRounds: Int64, totalRounds: Int64,
        stateDigest: String, samples: Int64, samplesPerSecond: Double, trainLoss: Double,
        epoch: Int64, metrics: [Metric]
    ) {
        self.attempt = attempt
        self.term = term
        self.completeRounds = completeRounds
        self.totalRounds = totalRounds
        self.stateDigest = stateDigest
        self.samples = samples
        self.samplesPerSecond = samplesPerSecond
        self.trainLoss = trainLoss
        self.epoch = epoch
        self.metrics = metrics
    }
}
