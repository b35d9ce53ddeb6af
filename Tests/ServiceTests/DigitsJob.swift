import Artifacts
import ClusterVocabulary
import Datasets
import Foundation
import SchedulerCore
import Training

/// The digits data set of the repository, as a job and as the in-process reference.
enum DigitsJob {
    static let format = "csv;label=name:class;header=auto;delimiter=auto"

    static var path: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("jobs/data/digits.csv").path
    }

    static func work(
        storing store: ArtifactStore, replicas: Int, epochs: Int = 4, batchSize: Int = 16
    ) throws -> TrainingWork {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let digest = try store.put(bytes)
        let key = SHA256Hasher.digest(of: Array("\(format)|\(digest)".utf8))
        return TrainingWork(
            data: DatasetReference(
                key: key.hex,
                files: [
                    .init(
                        role: .train, digest: digest.hex, byteCount: Int64(bytes.count),
                        hostPath: "")
                ], format: format),
            validationFraction: 0.1, testFraction: 0.2, splitSeed: 7, standardizes: true,
            hiddenLayers: [32], replicas: replicas, batchSize: batchSize, epochs: epochs, seed: 7,
            optimizer: .sgd(learningRate: 0.05, momentum: 0.9), averagesOptimizerState: true,
            stepsPerRound: 3)
    }

    static func submission(_ work: TrainingWork, name: String = "digits") -> Submission {
        Submission(
            namespace: "default", name: name, user: "test", labels: [], idempotencyKey: "",
            specification: "test", work: work,
            requirements: JobRequirements(
                perLane: ResourceAmount(milliCPU: 1_000, memoryBytes: 64 << 20), mostHosts: 0,
                numerics: "portable", timeLimitSeconds: 0, backoffLimit: 3,
                keepFinishedSeconds: 0, isSuspended: false, modelName: ""))
    }

    /// SHA-256 of the model that one thread of this process trains by the same plan.
    ///
    /// `beginning` are the values of the model it begins from.
    static func referenceDigest(
        _ work: TrainingWork, beginning: [Float]? = nil
    ) throws -> String {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let set = try bytes.withUnsafeBytes {
            try SetBuilder.build(
                files: DataFiles(train: $0), format: .csv(label: .name("class"), header: nil))
        }
        let data = try TrainingData(
            features: set.features, labels: set.labels, featureCount: set.featureCount,
            classCount: set.classNames.count)
        let split = try DataSplit(
            rows: data.rows, validation: work.validationFraction, test: work.testFraction,
            seed: work.splitSeed)
        let standardization = try Standardization(fitting: data, rows: split.train)
        let architecture = ModelArchitecture(work)
        let optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState)
        let plan = try TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer)
        let layout = try ParameterLayout(
            architecture: architecture, featureCount: data.featureCount,
            classCount: data.classCount)
        let outcome = try ReferenceRun.run(
            data: data, trainRows: split.train, standardization: standardization,
            architecture: architecture, plan: plan, optimizer: optimizer,
            start: layout.initialState(optimizer: optimizer, seed: plan.seed, begin: beginning))
        let model = try Training.TrainedModel(
            layout: layout, parameters: outcome.state, standardization: standardization)
        return SHA256Hasher.digest(of: try model.encoded()).hex
    }
}
