import LinearAlgebra
import Testing

@testable import Training

/// Sparse rows train as the same rows written out do.
struct SparseTrainingTests {
    /// Memory of a sparse matrix.
    private final class Storage {
        let rowStarts: UnsafeMutablePointer<Int64>
        let columns: UnsafeMutablePointer<UInt32>
        let values: UnsafeMutablePointer<Float>

        init(_ dense: [Float], rows: Int, features: Int) {
            rowStarts = .allocate(capacity: rows + 1)
            columns = .allocate(capacity: dense.count + 1)
            values = .allocate(capacity: dense.count + 1)
            var count = 0
            for row in 0..<rows {
                rowStarts[row] = Int64(count)
                for column in 0..<features where dense[row * features + column] != 0 {
                    columns[count] = UInt32(column)
                    values[count] = dense[row * features + column]
                    count += 1
                }
            }
            rowStarts[rows] = Int64(count)
        }

        deinit {
            rowStarts.deallocate()
            columns.deallocate()
            values.deallocate()
        }

        var matrix: SparseMatrix {
            SparseMatrix(rowStarts: rowStarts, columns: columns, values: values)
        }
    }

    private static let rows = 60
    private static let features = 23

    /// Two of three values are 0; the second row is empty.
    private static var dense: [Float] {
        SampleData.uniform(rows * features, lane: 3).enumerated().map { index, value in
            index % 3 == 0 && index / features != 1 ? value : 0
        }
    }

    private static func pair(_ loss: Loss) throws -> (dense: TrainingData, sparse: TrainingData) {
        try BLAS.load()
        let storage = Storage(dense, rows: rows, features: features)
        guard loss.isClassification else {
            let full = try TrainingData(
                features: dense, targets: (0..<rows).map { Float($0 % 5) }, featureCount: features)
            return (
                full,
                try TrainingData(
                    sparse: storage.matrix, targets: full.targets, rows: rows,
                    featureCount: features, owner: Owner(full, storage))
            )
        }
        let full = try TrainingData(
            features: dense, labels: (0..<rows).map { Int32($0 % 2) }, featureCount: features,
            classCount: 2)
        return (
            full,
            try TrainingData(
                sparse: storage.matrix, targets: full.targets, rows: rows, featureCount: features,
                owner: Owner(full, storage))
        )
    }

    private final class Owner {
        let data: TrainingData
        private let storage: Storage

        init(_ data: TrainingData, _ storage: Storage) {
            self.data = data
            self.storage = storage
        }
    }

    @Test(arguments: [
        ModelArchitecture(loss: .logistic), ModelArchitecture(loss: .hinge),
        ModelArchitecture(loss: .squared), .softmaxRegression,
        .multilayerPerceptron(hidden: [7]),
        ModelArchitecture(head: .factorizationMachine(factors: 4), loss: .logistic),
        ModelArchitecture(head: .factorizationMachine(factors: 2), loss: .squared),
    ])
    func sparseRowsTrainAsDenseOnes(_ architecture: ModelArchitecture) throws {
        let (dense, sparse) = try Self.pair(architecture.loss)
        let plan = try TrainingPlan(
            replicas: 2, batchSize: 10, epochs: 4, every: 2, seed: 5, trainRows: Self.rows)
        func run(_ data: TrainingData) throws -> ReferenceRun.Outcome {
            try ReferenceRun.run(
                data: data, trainRows: SampleData.rows(Self.rows), standardization: nil,
                architecture: architecture, plan: plan,
                optimizer: OptimizerConfiguration(
                    learningRate: 0.1, rule: .sgd(momentum: 0.9, isNesterov: false),
                    shaping: OptimizerConfiguration.Shaping(l2: 0.01)))
        }
        let (first, second) = try (run(dense), run(sparse))
        for (a, b) in zip(first.state, second.state) { #expect(abs(a - b) < 1e-4 * max(1, abs(a))) }
        #expect(try run(sparse) == second)
        let layout = try ParameterLayout(
            architecture: architecture, featureCount: Self.features, classCount: dense.classCount)
        let evaluator = try Evaluator(layout: layout, standardization: nil)
        let rows = SampleData.rows(Self.rows)
        let one = evaluator.evaluate(dense, rows: rows, parameters: second.state)
        let two = evaluator.evaluate(sparse, rows: rows, parameters: second.state)
        #expect(abs(one.lossSum - two.lossSum) < 1e-3)
        #expect(two.samples == Self.rows)
    }

    @Test func whatReadsDenseRowsIsRefused() throws {
        let (_, sparse) = try Self.pair(.softmaxCrossEntropy(smoothing: 0))
        let rows = SampleData.rows(Self.rows)
        #expect(throws: TrainingRefusal.sparseRows(what: "standardization")) {
            try Standardization(fitting: sparse, rows: rows)
        }
        let plan = try TrainingPlan(
            replicas: 1, batchSize: 4, epochs: 1, every: 1, seed: 1, trainRows: Self.rows)
        #expect(throws: TrainingRefusal.sparseRows(what: "the first layer of this model")) {
            try ReplicaTrainer(
                data: sparse, trainRows: rows, standardization: nil,
                architecture: ModelArchitecture(layers: [.dropout(rate: 0.1)]), plan: plan,
                optimizer: OptimizerConfiguration(learningRate: 0.1, momentum: 0))
        }
    }
}
