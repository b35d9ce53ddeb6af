import Foundation
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
        for rule in [
            (OptimizerConfiguration.Rule.sgd(momentum: 0.9, isNesterov: false), Float(0.01)),
            // Steps over the columns of a batch alone.
            (.sgd(momentum: 0, isNesterov: false), 0),
        ] {
            try checkAgainstDense(architecture, rule.0, l2: rule.1)
        }
    }

    private func checkAgainstDense(
        _ architecture: ModelArchitecture, _ rule: OptimizerConfiguration.Rule, l2: Float
    ) throws {
        let (dense, sparse) = try Self.pair(architecture.loss)
        let plan = try TrainingPlan(
            replicas: 2, batchSize: 10, epochs: 4, every: 2, seed: 5, trainRows: Self.rows)
        func run(_ data: TrainingData) throws -> ReferenceRun.Outcome {
            try ReferenceRun.run(
                data: data, trainRows: SampleData.rows(Self.rows), standardization: nil,
                architecture: architecture, plan: plan,
                optimizer: OptimizerConfiguration(
                    learningRate: 0.1, rule: rule,
                    shaping: OptimizerConfiguration.Shaping(l2: l2)))
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

    /// Penalties of columns that a batch does not name are made up for later: the result is that of
    /// proximal steps over all columns. The last ones shrink to nothing within a round.
    @Test(arguments: [
        (Float(0.05), Float(0)), (0, 0.05), (0.02, 0.3), (2, 0), (0.001, 9.99), (0, 20),
    ])
    func penaltiesAreMadeUpFor(l1: Float, l2: Float) throws {
        let (_, sparse) = try Self.pair(.logistic)
        let rows = SampleData.rows(Self.rows)
        let plan = try TrainingPlan(
            replicas: 1, batchSize: 2, epochs: 4, every: 48, seed: 5, trainRows: Self.rows)
        let optimizer = try OptimizerConfiguration(
            learningRate: 0.1, rule: .sgd(momentum: 0, isNesterov: false),
            schedule: .cosine(minimum: 0.02),
            shaping: OptimizerConfiguration.Shaping(l1: l1, l2: l2))
        let start = SampleData.uniform(Self.features + 1, lane: 8)
        func run() throws -> [Float] {
            try ReferenceRun.run(
                data: sparse, trainRows: rows, standardization: nil,
                architecture: ModelArchitecture(loss: .logistic), plan: plan,
                optimizer: optimizer, start: start
            ).state
        }
        let found = try run()
        #expect(try run() == found)
        let expected = try Self.proximal(start, plan, optimizer)
        for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 1e-5) }
        let zeros = found.dropLast().count { $0 == 0 }
        #expect(zeros == expected.dropLast().count { $0 == 0 })
        #expect(l1 < 1 || zeros == Self.features)
    }

    /// The same in double precision, every step over all columns of the rows written out.
    private static func proximal(
        _ start: [Float], _ plan: TrainingPlan, _ optimizer: OptimizerConfiguration
    ) throws -> [Double] {
        var state = start.map { Double($0) }
        var order = BatchOrder(plan: plan, trainRows: SampleData.rows(rows))
        let batch = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: plan.batchSize)
        defer { batch.deallocate() }
        for step in 0..<plan.totalSteps {
            order.fill(step: step, replica: 0, into: batch)
            let rate = Double(
                optimizer.schedule.rate(
                    base: optimizer.learningRate, step: step,
                    epoch: step * plan.rowsPerStep / plan.trainRows, totalSteps: plan.totalSteps))
            var gradient = [Double](repeating: 0, count: features + 1)
            for row in batch.map({ Int($0) }) {
                let values =
                    dense[(row * features)..<((row + 1) * features)].map { Double($0) } + [1]
                let score = zip(values, state).reduce(0) { $0 + $1.0 * $1.1 }
                let slope = 1 / (1 + exp(-score)) - Double(row % 2)
                for place in values.indices {
                    gradient[place] += slope * values[place] / Double(plan.batchSize)
                }
            }
            for place in state.indices { state[place] -= rate * gradient[place] }
            let factor = max(1 - rate * Double(optimizer.shaping.l2), 0x1p-20)
            for place in 0..<features {
                let size = factor * abs(state[place]) - rate * Double(optimizer.shaping.l1)
                state[place] = size > 0 ? (state[place] < 0 ? -size : size) : 0
            }
        }
        return state
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
