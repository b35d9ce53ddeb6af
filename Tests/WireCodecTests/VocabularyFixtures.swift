import ClusterVocabulary

/// Representative values with every field away from its default.
enum VocabularyFixtures {
    static let sha256 = String(repeating: "0123456789abcdef", count: 4)
    static let otherSHA256 = String(repeating: "fedcba9876543210", count: 4)
    static let fastDigest = String(repeating: "a5", count: 16)
    static let publicKey = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

    static let attempt = AttemptID(job: JobID(42), number: 3)
    static let incarnation = Incarnation(
        bootID: "8f7c2c1e-1b2a-4c3d-9e8f-000011112222", life: 0xFEDC_BA98_7654_3210)
    static let reason = Reason(.notEnoughMemory, "h1 has 2 GiB free, 4 GiB are needed — wait")
    static let exchange = ExchangeAddress(
        hostID: incarnation.bootID, local: "ipc:///run/mlctl/x.sock",
        remote: "tcp://10.0.0.7:7072", publicKey: publicKey)

    static let description = NodeDescription(
        node: NodeID("host-1.example_net"), incarnation: incarnation,
        capacity: ResourceAmount(milliCPU: 15_500, memoryBytes: 64 << 30), cores: 16,
        features: ["avx2", "fma", "avx512f"],
        fingerprints: [
            KernelFingerprint(coreType: "Haswell", digest: fastDigest),
            KernelFingerprint(coreType: "SkylakeX", digest: String(repeating: "0", count: 32)),
        ],
        version: "1.2.3", protocolVersion: NodeDescription.currentProtocol,
        heldDatasets: [sha256, otherSHA256])

    static let data = DatasetReference(
        key: sha256,
        files: [
            DatasetReference.File(
                role: .train, digest: sha256, byteCount: 123_456, hostPath: ""),
            DatasetReference.File(
                role: .testLabels, digest: otherSHA256, byteCount: 7, hostPath: "/data/labels.gz"),
        ],
        format: "csv label=class")

    static let work = TrainingWork(
        data: data, validationFraction: 0.1, testFraction: 0.2, splitSeed: 7, standardizes: true,
        hiddenLayers: [256, 64], replicas: 8, batchSize: 32, epochs: 20, seed: UInt64.max,
        optimizer: .sgd(learningRate: 0.05, momentum: 0.9), averagesOptimizerState: true,
        stepsPerRound: 16)

    static let requirements = JobRequirements(
        perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 512 << 20), mostHosts: 4,
        numerics: "portable", timeLimitSeconds: 3_600, backoffLimit: 3,
        keepFinishedSeconds: 2_592_000, isSuspended: true, modelName: "digits")

    static let members = [
        TermMember(
            node: NodeID("h1"), firstReplica: 0, endReplica: 5, lanes: 2, exchange: exchange),
        TermMember(node: NodeID("h2"), firstReplica: 5, endReplica: 8, lanes: 3, exchange: .none),
    ]

    static let prepare = PrepareTraining(
        attempt: attempt, term: Term(9), work: work, coreType: "Haswell", lanes: 4,
        jobName: "digits-7")
    static let written = CheckpointWritten(
        attempt: attempt,
        checkpoint: CheckpointReference(round: 77, digest: otherSHA256, byteCount: 4_096))
    /// Every field of the averaging differs from its default.
    static let prepareNesterov = {
        var prepare = VocabularyFixtures.prepare
        prepare.work.averaging.interval = .measured
        prepare.work.averaging.localFrom = 3
        prepare.work.averaging.alpha = 0.5
        prepare.work.averaging.target = 0.25
        prepare.work.averaging.choice = .init(round: 9, steps: 17)
        prepare.work.averaging.outer = .nesterov
        prepare.work.averaging.outerRate = 0.75
        prepare.work.averaging.outerMomentum = 0.875
        prepare.work.averaging.weighting = .samples
        prepare.work.averaging.keepsOptimizerState = true
        prepare.work.averaging.compression = .int8
        prepare.work.averaging.overlaps = true
        prepare.work.averaging.checkpointSeconds = 60
        prepare.work.averaging.checkpointRounds = 5
        prepare.exchangeKey = SecretBytes((0..<32).map { UInt8($0 * 7) })
        return prepare
    }()
    /// Every number of the optimizer differs from its default.
    static let prepareAdamW = {
        var prepare = VocabularyFixtures.prepare
        prepare.work.optimizer = OptimizerWork(rule: .adamw, learningRate: 0.01, momentum: 0.25)
        prepare.work.optimizer.isNesterov = true
        prepare.work.optimizer.decay = 0.5
        prepare.work.optimizer.beta1 = 0.75
        prepare.work.optimizer.beta2 = 0.875
        prepare.work.optimizer.epsilon = 0.125
        prepare.work.optimizer.weightDecay = 0.0625
        prepare.work.optimizer.l1 = 1
        prepare.work.optimizer.l2 = 2
        prepare.work.optimizer.clipValue = 3
        prepare.work.optimizer.clipNorm = 4
        prepare.work.optimizer.schedule.shape = .oneCycle
        prepare.work.optimizer.schedule.epochs = 5
        prepare.work.optimizer.schedule.factor = 6
        prepare.work.optimizer.schedule.minimum = 7
        prepare.work.optimizer.schedule.warmup = 0.375
        prepare.work.optimizer.schedule.power = 8
        return prepare
    }()
    /// Every number of model and loss differs from its default.
    static let prepareNetwork = {
        var prepare = VocabularyFixtures.prepare
        var model = ModelWork(kind: .cnn, hidden: [7])
        model.activation = .leakyRelu
        model.slope = 0.5
        model.dropout = 0.25
        model.inputDropout = 0.125
        model.normalization = .layerNorm
        model.height = 28
        model.width = 27
        model.channels = 3
        model.factors = 4
        var layer = ModelWork.Layer(kind: .conv2d)
        layer.units = 8
        layer.size = 5
        layer.stride = 3
        layer.padding = 2
        layer.rate = 0.75
        layer.activation = .geluTanh
        model.layers = [layer, ModelWork.Layer(kind: .flatten)]
        prepare.work.model = model
        prepare.work.loss = LossWork(kind: .huber, parameter: 1.5)
        prepare.work.loss.classWeighting = .named
        prepare.work.loss.classWeights = [LossWork.ClassWeight(name: "a b", weight: 2.5)]
        prepare.work.steering.monitor = .validationAccuracy
        prepare.work.steering.patience = 6
        prepare.work.steering.leastChange = 0.0625
        prepare.work.steering.restoresBest = true
        prepare.work.steering.averageDecay = 0.9375
        return prepare
    }()
    static let go = GoTraining(
        attempt: attempt, term: Term(9), members: members, startRound: 120,
        stateSource: NodeID("h1"))
    static let places = TrainerPlaces(
        setPath: "/var/lib/mlctl/sets/a", exchangeFolder: "/run/mlctl/exchange",
        modelFolder: "/var/lib/mlctl/models/a", exchangeAddress: "10.0.0.7", exchangePort: 7_072,
        node: NodeID("h1"), hostID: incarnation.bootID)

    static let metrics = [Metric("test.accuracy", 0.975), Metric("train.loss", -0.0)]
    static let model = TrainedModel(
        weightsDigest: sha256, descriptionDigest: otherSHA256, byteCount: 98_765,
        metrics: metrics, roundChain: fastDigest, rounds: 400)
    static let status = AttemptStatus(
        attempt: attempt, term: Term(9), phase: .failed, completeRounds: 17,
        stateDigest: fastDigest, exchange: exchange, model: model, failure: .infrastructure,
        reason: reason)
    static let plainStatus = AttemptStatus(attempt: attempt, term: .none, phase: .starting)
    static let progress = TrainingProgress(
        attempt: attempt, term: Term(9), completeRounds: 17, totalRounds: 400,
        stateDigest: fastDigest, samples: 1_000_000, samplesPerSecond: 96_000.5,
        trainLoss: .infinity, epoch: 2, metrics: metrics)
    static let line = LogLine(attempt: attempt, text: "epoch 2: loss 0.041 ✓")
    static let heartbeat = Heartbeat(
        incarnation: incarnation, sequence: 1_234, held: [plainStatus, status])
    static let staged = DatasetStaged(
        key: sha256, rows: 1_797, isHeld: true, reason: Reason(.badData, "row 3"))
    static let welcome = Welcome(
        scheduler: incarnation, heartbeatMilliseconds: 500, suspectMilliseconds: 3_000,
        artifactEndpoint: "tcp://127.0.0.1:7073", worker: incarnation)

    static let freshJob = JobRecord(
        id: JobID(42), namespace: "default", name: "digits", run: 7, user: "ana",
        labels: [Label(key: "team", value: "vision"), Label(key: "tier", value: "")],
        idempotencyKey: "3f2a", work: work, requirements: requirements,
        submittedAt: 1_760_000_000_000)

    static let job: JobRecord = {
        var job = freshJob
        job.startedAt = 1_760_000_000_100
        job.finishedAt = 1_760_000_060_000
        job.state = .succeeded
        job.reason = Reason(.completed)
        job.attempt = 3
        job.term = Term(9)
        job.members = members
        job.coreType = "Haswell"
        job.fingerprint = fastDigest
        job.failures = 2
        job.completeRounds = 400
        job.model = model
        job.modelName = "digits@3"
        job.samplesPerSecond = 96_000.5
        job.history = [
            AttemptHistory(
                attempt: 2, term: Term(4), endedAt: 1_760_000_000_050, node: "h3",
                reason: Reason(.silent))
        ]
        return job
    }()

    static let nodeRecord = NodeRecord(
        description: description, state: .suspect, registeredAt: 1_760_000_000_000)
    static let modelRecord = ModelRecord(
        namespace: "default", name: "digits", version: 3, job: JobID(42), model: model,
        createdAt: 1_760_000_060_000)
    static let fact = LedgerFact(
        kind: .measured, job: JobID(42), node: "h1", at: 1_760_000_000_000, reason: reason,
        metrics: metrics, state: .running)
    static let plainFact = LedgerFact(kind: .nodeLost, node: "h1", at: 0)
}
