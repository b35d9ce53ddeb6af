import ClusterVocabulary

/// Legal values for the tests of bodies.
enum Sample {
    static let digest = String(repeating: "ab", count: 32)

    static var finished: JobRecord {
        var record = JobRecord(
            id: JobID(9), namespace: "default", name: "digits", run: 3, user: "ana",
            labels: [Label(key: "team", value: "a"), Label(key: "x.y/z", value: "b")],
            idempotencyKey: "k", work: work, requirements: requirements,
            submittedAt: 1_700_000_000_123)
        record.state = .succeeded
        record.reason = Reason(.completed, "all \"rounds\" done")
        record.startedAt = 1_700_000_001_000
        record.finishedAt = 1_700_000_009_000
        record.attempt = 1
        record.term = Term(2)
        record.members = ["h1", "h2"].enumerated().map { index, name in
            TermMember(
                node: NodeID(name), firstReplica: index * 4, endReplica: index * 4 + 4, lanes: 2,
                exchange: .none)
        }
        record.coreType = "Haswell"
        record.fingerprint = "f0"
        record.completeRounds = 40
        record.samplesPerSecond = 96_000
        record.modelName = "digits@3"
        record.model = TrainedModel(
            weightsDigest: digest, descriptionDigest: digest, byteCount: 2_048,
            metrics: [Metric("test.accuracy", 0.97), Metric("train.loss", 0.1)],
            roundChain: "cc", rounds: 40)
        record.history = [
            AttemptHistory(
                attempt: 1, term: Term(1), endedAt: 1_700_000_004_000, node: "h3",
                reason: Reason(.silent, "h3 fell silent"))
        ]
        return record
    }

    static let progress = TrainingProgress(
        attempt: AttemptID(job: JobID(9), number: 1), term: Term(1), completeRounds: 10,
        totalRounds: 40, stateDigest: "dd", samples: 1_000, samplesPerSecond: 600,
        trainLoss: 0.25, epoch: 2, metrics: [Metric("validation.accuracy", 0.9)])

    private static let work = TrainingWork(
        data: DatasetReference(key: digest, files: [], format: "idx"), validationFraction: 0.1,
        testFraction: 0.2, splitSeed: 7, standardizes: true, hiddenLayers: [64, 32], replicas: 8,
        batchSize: 32, epochs: 20, seed: UInt64.max,
        optimizer: .sgd(learningRate: 0.05, momentum: 0.9),
        averagesOptimizerState: true, stepsPerRound: 16)

    private static let requirements = JobRequirements(
        perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 512 << 20), mostHosts: 0,
        numerics: "portable", timeLimitSeconds: 3_600, backoffLimit: 3, keepFinishedSeconds: 0,
        isSuspended: false, modelName: "digits")
}
