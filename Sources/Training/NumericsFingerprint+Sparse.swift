import Determinism
import LinearAlgebra

extension NumericsFingerprint {
    /// Memory of a small sparse matrix; every third value is 0 and not stored.
    private final class Rows {
        static let rows = 37
        static let features = 29
        let starts: UnsafeMutablePointer<Int64>
        let columns: UnsafeMutablePointer<UInt32>
        let values: FloatBuffer
        let labels: UnsafeMutablePointer<Int32>

        init(_ stream: RandomStream) {
            values = random(Self.rows * Self.features, stream, lane: 11)
            starts = .allocate(capacity: Self.rows + 1)
            columns = .allocate(capacity: values.count)
            labels = .allocate(capacity: Self.rows)
            var count = 0
            for row in 0..<Self.rows {
                starts[row] = Int64(count)
                labels[row] = Int32(row % 2)
                for column in 0..<Self.features where (row + column) % 3 != 0 {
                    columns[count] = UInt32(column)
                    count += 1
                }
            }
            starts[Self.rows] = Int64(count)
        }

        deinit {
            starts.deallocate()
            columns.deallocate()
            labels.deallocate()
        }

        func data() throws(TrainingRefusal) -> TrainingData {
            try TrainingData(
                sparse: SparseMatrix(
                    rowStarts: starts, columns: columns, values: UnsafePointer(values.pointer)),
                targets: .classes(labels, count: 2), rows: Self.rows,
                featureCount: Self.features, owner: self)
        }
    }

    /// Sparse rows through a linear model and a factorization machine, two steps each, and through
    /// a few points of the full-batch solver.
    static func addSparse(_ stream: RandomStream, to chain: inout FastDigest) {
        do {
            let data = try Rows(stream).data()
            let rows = (0..<UInt32(Rows.rows)).map { $0 }
            for head in [
                ModelArchitecture.Head.linear, .factorizationMachine(factors: 3),
            ] {
                let plan = try TrainingPlan(
                    replicas: 1, batchSize: 20, epochs: 1, every: 2, seed: 1,
                    trainRows: rows.count)
                let optimizer = try OptimizerConfiguration(
                    learningRate: 0.1, rule: .sgd(momentum: 0, isNesterov: false),
                    shaping: OptimizerConfiguration.Shaping(l1: 1e-3, l2: 1e-2))
                add(
                    try ReferenceRun.run(
                        data: data, trainRows: rows, standardization: nil,
                        architecture: ModelArchitecture(head: head, loss: .logistic), plan: plan,
                        optimizer: optimizer), to: &chain)
            }
            add(
                try ReferenceRun.run(
                    data: data, trainRows: rows, standardization: nil,
                    architecture: ModelArchitecture(loss: .logistic),
                    plan: TrainingPlan(
                        fullBatchOf: rows.count, replicas: 1, batchSize: 8, epochs: 6, seed: 1),
                    optimizer: OptimizerConfiguration(
                        learningRate: 1, rule: .lbfgs(memory: 3, tolerance: 0),
                        shaping: OptimizerConfiguration.Shaping(l2: 1e-2))), to: &chain)
        } catch {
            preconditionFailure("a fixed computation is refused: \(error)")
        }
    }

    private static func add(_ outcome: ReferenceRun.Outcome, to chain: inout FastDigest) {
        chain = chain.chained(with: outcome.state.withUnsafeBytes { FastDigest.of($0) })
        for round in outcome.rounds {
            chain = chain.chained(
                with: FastDigest(high: round.lossSum.bitPattern, low: UInt64(round.correct)))
        }
    }
}
