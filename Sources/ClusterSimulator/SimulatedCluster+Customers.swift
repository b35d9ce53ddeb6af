import ClusterVocabulary
import SchedulerCore

/// What the clients submit, drawn from the seed.
extension SimulatedCluster {
    mutating func trainingSubmission(_ index: Int, _ kind: Customer.Kind) -> Submission {
        let work = TrainingWork(
            data: DatasetReference(
                key: kind == .unreadable ? "broken" : "set\(random.number(0..<2))", files: [],
                format: "csv"),
            validationFraction: 0.1, testFraction: 0.1, splitSeed: 1, standardizes: true,
            hiddenLayers: [], replicas: Int(random.number(1..<6)), batchSize: 32,
            epochs: Int(random.number(1..<9)), seed: random.next(),
            optimizer: .sgd(learningRate: 0.1, momentum: 0.9), averagesOptimizerState: true,
            stepsPerRound: Int(random.number(0..<2)))
        return Submission(
            namespace: "default", name: "job\(index % 5)", user: "ada", labels: [],
            idempotencyKey: "key\(index)", specification: "kind: TrainJob", work: work,
            requirements: requirements(kind, mostHosts: Int(random.number(0..<3))))
    }

    mutating func commandSubmission(_ index: Int, _ kind: Customer.Kind) -> Submission {
        // All hosts together have room for every gang but an oversized one.
        let cores = hosts.reduce(0) { $0 + $1.capacity.milliCPU / 1_000 }
        let ranks = kind == .oversized ? cores + 1 : random.number(1..<min(cores, 6) + 1)
        let program: SimulatedProgram.Kind =
            switch kind {
            case .failing: .fails
            case .flaky: .flaky
            case .unreadable: .absent
            case .limited: .endless
            default: random.happens(perMille: 200) ? .stubborn : .works
            }
        var command = CommandWork(
            ranks: Int(ranks),
            arguments: SimulatedProgram.arguments(
                program, milliseconds: random.number(100..<(isLong ? 90_000 : 25_000))))
        command.programRetries = kind == .failing ? Int(random.number(0..<3)) : 1_000
        command.infrastructureRetries = 1_000
        let leases: [Int64] = [10, 10, 12, 20, 0]
        command.restartAfterSeconds = leases[Int(random.number(0..<Int64(leases.count)))]
        command.graceSeconds = random.number(0..<4)
        if random.happens(perMille: 300) {
            command.checkpoint = CheckpointRequest(path: "state", signal: 10, graceSeconds: 1)
        }
        if random.happens(perMille: 300) { command.outputs = ["out"] }
        if random.happens(perMille: 500) { command.metrics = .assignments }
        return Submission(
            namespace: "default", name: "job\(index % 5)", user: "ada", labels: [],
            idempotencyKey: "key\(index)", specification: "kind: Job",
            work: .none(ranks: Int(ranks)),
            requirements: requirements(kind == .oversized ? .steady : kind, mostHosts: 0),
            command: command)
    }

    private mutating func requirements(
        _ kind: Customer.Kind, mostHosts: Int
    ) -> JobRequirements {
        let cores: Int64 = kind == .oversized ? 64 : 1
        return JobRequirements(
            perLane: ResourceAmount(milliCPU: 1_000 * cores, memoryBytes: 256 << 20),
            mostHosts: mostHosts, numerics: "portable",
            timeLimitSeconds: kind == .limited ? random.number(5..<60) : 0,
            backoffLimit: kind == .fragile ? 1 : 1_000,
            keepFinishedSeconds: kind == .expiring ? 20 : 0, isSuspended: false, modelName: "")
    }
}
