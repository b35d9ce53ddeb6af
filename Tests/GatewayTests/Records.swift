import ClusterVocabulary

/// Legal records for the tests of shapes.
enum Records {
    static let job = JobRecord(
        id: JobID(1), namespace: "default", name: "digits", run: 1, user: "ana", labels: [],
        idempotencyKey: "",
        work: TrainingWork(
            data: DatasetReference(key: "", files: [], format: "idx"), validationFraction: 0,
            testFraction: 0, splitSeed: 1, standardizes: false, hiddenLayers: [], replicas: 1,
            batchSize: 1, epochs: 1, seed: 1, optimizer: .sgd(learningRate: 0.1, momentum: 0),
            averagesOptimizerState: true, stepsPerRound: 1),
        requirements: JobRequirements(
            perLane: .zero, mostHosts: 0, numerics: "auto", timeLimitSeconds: 0, backoffLimit: 0,
            keepFinishedSeconds: 0, isSuspended: false, modelName: ""), submittedAt: 1)
    static let progress = TrainingProgress(
        attempt: AttemptID(job: JobID(1), number: 1), term: Term(1), completeRounds: 1,
        totalRounds: 2, stateDigest: "", samples: 1, samplesPerSecond: 1, trainLoss: 1, epoch: 0,
        metrics: [])
    static let fact = LedgerFact(kind: .submitted, at: 1)
    static let model = ModelRecord(
        namespace: "default", name: "digits", version: 1, job: JobID(1),
        model: TrainedModel(
            weightsDigest: "", descriptionDigest: "", byteCount: 0, metrics: [], roundChain: "",
            rounds: 0), createdAt: 1)
    static let node = NodeRecord(
        description: NodeDescription(
            node: NodeID("h1"), incarnation: Incarnation(bootID: "", life: 1), capacity: .zero,
            cores: 1, features: [], fingerprints: [], version: "", protocolVersion: 1,
            heldDatasets: []), state: .ready, registeredAt: 1)
}
