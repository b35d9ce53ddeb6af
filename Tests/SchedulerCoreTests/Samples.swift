import ClusterVocabulary

@testable import SchedulerCore

/// Values that are legal and small, for tests to change what matters to them.
enum Sample {
    static func work(
        data: String = "digits", replicas: Int = 1, stepsPerRound: Int = 4, seed: UInt64 = 1,
        epochs: Int = 1
    ) -> TrainingWork {
        TrainingWork(
            data: DatasetReference(key: data, files: [], format: "csv"), validationFraction: 0.1,
            testFraction: 0.1, splitSeed: 1, standardizes: true, hiddenLayers: [],
            replicas: replicas, batchSize: 32, epochs: epochs, seed: seed,
            optimizer: .sgd(learningRate: 0.1, momentum: 0.9), averagesOptimizerState: true,
            stepsPerRound: stepsPerRound)
    }

    static func requirements(
        milliCPU: Int64 = 1_000, memoryBytes: Int64 = 256 << 20, backoffLimit: Int = 3
    ) -> JobRequirements {
        JobRequirements(
            perLane: ResourceAmount(milliCPU: milliCPU, memoryBytes: memoryBytes), mostHosts: 0,
            numerics: "portable", timeLimitSeconds: 0, backoffLimit: backoffLimit,
            keepFinishedSeconds: 0, isSuspended: false, modelName: "")
    }

    static func submission(
        name: String, key: String = "", work: TrainingWork = work(),
        requirements: JobRequirements = requirements()
    ) -> Submission {
        Submission(
            namespace: "default", name: name, user: "ada", labels: [], idempotencyKey: key,
            specification: "kind: TrainJob", work: work, requirements: requirements)
    }

    static func node(
        _ name: String, life: UInt64 = 1, milliCPU: Int64 = 2_000, memoryBytes: Int64 = 2 << 30,
        fingerprints: [KernelFingerprint] = [KernelFingerprint(coreType: "Haswell", digest: "aa")],
        data: [String] = []
    ) -> NodeDescription {
        NodeDescription(
            node: NodeID(name), incarnation: Incarnation(bootID: "boot", life: life),
            capacity: ResourceAmount(milliCPU: milliCPU, memoryBytes: memoryBytes), cores: 2,
            features: ["avx2"], fingerprints: fingerprints, version: "1",
            protocolVersion: NodeDescription.currentProtocol, heldDatasets: data)
    }

    static func model(_ digest: String, rounds: Int64 = 20) -> TrainedModel {
        TrainedModel(
            weightsDigest: digest, descriptionDigest: "d", byteCount: 100,
            metrics: [Metric("test.accuracy", 0.9)], roundChain: "c", rounds: rounds)
    }
}
