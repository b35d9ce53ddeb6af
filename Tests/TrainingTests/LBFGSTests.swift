import LinearAlgebra
import Testing

@testable import Training

/// L-BFGS: where it ends, how soon, and that its bits depend on the job alone.
struct LBFGSTests {
    private static let rows = 60
    private static let features = 4

    private static var matrix: [Float] {
        (0..<rows * features).map { (Float(($0 * 37 + 22) % 101) / 101 - 0.5) * 2 }
    }

    private static func noise(_ row: Int) -> Double { Double((row * 53 + 7) % 97) / 97 - 0.5 }

    private static func score(_ row: Int, _ weights: [Double]) -> Double {
        zip(matrix[(row * features)..<((row + 1) * features)], weights).reduce(0) {
            $0 + Double($1.0) * $1.1
        }
    }

    private static func numbers() throws -> TrainingData {
        try TrainingData(
            features: matrix,
            targets: (0..<rows).map {
                Float(score($0, [1.5, -2, 0.5, 0.25]) + 0.75 + 0.3 * noise($0))
            }, featureCount: features)
    }

    private static func counts() throws -> TrainingData {
        try TrainingData(
            features: matrix,
            targets: (0..<rows).map {
                Float(max(0, (2 * score($0, [1, -1, 0.5, 0]) + 2 + noise($0)).rounded()))
            }, featureCount: features)
    }

    private static func classes(_ count: Int) throws -> TrainingData {
        try TrainingData(
            features: matrix,
            labels: (0..<rows).map {
                let score = score($0, [2, -1, 1, 0.5]) + 1.2 * noise($0)
                return count == 2
                    ? (score + 0.2 > 0 ? 1 : 0) : (score < -0.4 ? 0 : score < 0.5 ? 1 : 2)
            }, featureCount: features, classCount: count)
    }

    private static func rule(
        l2: Float = 0, memory: Int = 10, tolerance: Float = 1e-6
    ) throws -> OptimizerConfiguration {
        try OptimizerConfiguration(
            learningRate: 1, rule: .lbfgs(memory: memory, tolerance: tolerance),
            shaping: OptimizerConfiguration.Shaping(l2: l2))
    }

    private static func fit(
        _ data: TrainingData, _ architecture: ModelArchitecture, l2: Float = 0,
        replicas: Int = 1, batchSize: Int = 16, passes: Int = 200, classWeights: [Float]? = nil,
        memory: Int = 10
    ) throws -> ReferenceRun.Outcome {
        try BLAS.load()
        return try ReferenceRun.run(
            data: data, trainRows: SampleData.rows(data.rows), standardization: nil,
            architecture: architecture,
            plan: TrainingPlan(
                fullBatchOf: data.rows, replicas: replicas, batchSize: batchSize, epochs: passes,
                seed: 1),
            optimizer: rule(l2: l2, memory: memory), classWeights: classWeights)
    }

    private func expect(_ found: [Float], _ wanted: [Double]) {
        #expect(found.count == wanted.count)
        for (a, b) in zip(found, wanted) { #expect(abs(Double(a) - b) < 1e-3, "\(a), not \(b)") }
    }

    /// The values of scikit-learn 1.9.1 (tol 1e-12); see `ConvexParityTests` for the units.
    @Test(arguments: [1, 3, 8]) func convexProblemsEndWhereScikitLearnEnds(replicas: Int) throws {
        let ridge = try Self.fit(
            Self.numbers(), ModelArchitecture(loss: .squared), l2: 0.1, replicas: replicas)
        expect(
            ridge.state, [1.3822312024, -1.7867407897, 0.5159645697, 0.2845430419, 0.7437477146])
        let logistic = try Self.fit(
            Self.classes(2), ModelArchitecture(loss: .logistic), l2: 0.05, replicas: replicas)
        expect(
            logistic.state,
            [1.5552460085, -1.5430061465, 0.2247944129, 0.4119158094, -0.7552875350])
        let softmax = try Self.fit(
            Self.classes(3), .softmaxRegression, l2: 0.05, replicas: replicas)
        expect(
            softmax.state,
            [
                -1.0741603390, 0.6622057667, -0.2821796144, -0.3774281647, -0.0183987927,
                0.4821427063, 0.1288401276, 0.1421115120, 1.0925591316, -1.1443484729,
                0.1533394867, 0.2353166527, 0.9489384843, -1.1991442846, 0.2502058003,
            ])
        for found in [ridge, logistic, softmax] { #expect(found.rounds.count < 40) }
    }

    /// scikit-learn 1.9.1, `LinearRegression`, `PoissonRegressor(alpha: 0.1)` and
    /// `LogisticRegression(class_weight: {0: 1, 1: 3}, C: 1 / (W * 0.05))`, W the weight of all.
    @Test func otherConvexProblemsEndThereToo() throws {
        expect(
            try Self.fit(Self.numbers(), ModelArchitecture(loss: .squared)).state, Self.leastSquares
        )
        expect(
            try Self.fit(Self.counts(), ModelArchitecture(loss: .poisson), l2: 0.1).state,
            Self.poisson)
        expect(
            try Self.fit(
                Self.classes(2), ModelArchitecture(loss: .logistic), l2: 0.05,
                classWeights: [1, 3]
            ).state, Self.weighted)
    }

    private static let leastSquares = [
        1.5331243440, -2.0074448205, 0.5087483593, 0.2174993291, 0.7421759507,
    ]
    private static let poisson = [
        0.7771872888, -1.1909942306, 0.7622801476, 0.0301034800, 0.1466182412,
    ]
    private static let weighted = [
        1.5639217929, -1.5383431124, 0.2295742437, 0.3975492143, -0.0951203100,
    ]

    @Test func aNetworkGetsBelowWhatDescentReaches() throws {
        let data = try SampleData.clusters(rows: 96, features: 6, classes: 4)
        let architecture = ModelArchitecture(layers: [
            .dense(units: 12, activation: .tanh), .layerNorm(epsilon: 1e-5),
        ])
        let outcome = try Self.fit(data, architecture, l2: 1e-3, replicas: 2, passes: 120)
        let losses = outcome.rounds.map(\.meanLoss)
        // Every accepted point is at least as good as the one before, but for rounding.
        let first = try #require(losses.first)
        let last = try #require(losses.last)
        #expect(last < 0.2 * first, "\(first) to \(last)")
    }

    @Test func bitsAreThoseOfTheJob() throws {
        let data = try Self.classes(3)
        let once = try Self.fit(data, .softmaxRegression, l2: 0.01, replicas: 4, batchSize: 7)
        let again = try Self.fit(data, .softmaxRegression, l2: 0.01, replicas: 4, batchSize: 7)
        #expect(once.state.digest == again.state.digest)
        #expect(once.rounds == again.rounds)
    }

    /// More replicas than rows, a batch larger than a share, a memory of one pair.
    @Test func oddSizesEndThereToo() throws {
        let outcome = try Self.fit(
            Self.numbers(), ModelArchitecture(loss: .squared), l2: 0.1, replicas: 100,
            batchSize: 64, passes: 400, memory: 1)
        expect(
            outcome.state, [1.3822312024, -1.7867407897, 0.5159645697, 0.2845430419, 0.7437477146])
    }

    /// The solver goes on from its memory alone: what a checkpoint holds is enough.
    @Test func itsMemoryIsAllThereIs() throws {
        let data = try Self.classes(2)
        let layout = try ParameterLayout(
            architecture: ModelArchitecture(loss: .logistic), featureCount: Self.features,
            classCount: 2)
        let optimizer = try Self.rule(l2: 0.05)
        func run(copyingAt moments: Set<Int>) throws -> FastDigestOfFloats {
            let solver = try #require(LBFGSSolver(optimizer, layout))
            var memory = FloatBuffer(count: solver.elementCount)
            var point = [Float](repeating: 0, count: layout.parameterCount)
            solver.begin(memory.pointer, parameters: point)
            let trainer = try ReplicaTrainer(
                data: data, trainRows: SampleData.rows(data.rows), standardization: nil,
                architecture: layout.architecture,
                plan: TrainingPlan(
                    fullBatchOf: data.rows, replicas: 1, batchSize: 16, epochs: 50, seed: 1),
                optimizer: optimizer)
            for round in 0..<12 {
                if moments.contains(round) {
                    let copy = FloatBuffer(count: memory.count)
                    copy.load(from: memory.pointer)
                    memory = copy
                }
                var gradient = [Float](repeating: 0, count: layout.parameterCount)
                let scalars = trainer.run(
                    replica: 0, round: round, globalState: point, delta: &gradient)
                solver.advance(
                    memory.pointer, parameters: &point, gradient: &gradient,
                    scalars: try #require(scalars))
            }
            return FastDigestOfFloats(Array(memory.elements) + point)
        }
        #expect(try run(copyingAt: []) == run(copyingAt: [3, 7]))
    }

    @Test func whatIsNoSmoothFunctionIsRefused() throws {
        #expect(throws: TrainingRefusal.notWithFullBatch("l1 and gradient clipping")) {
            try OptimizerConfiguration(
                learningRate: 1, rule: .lbfgs(memory: 5, tolerance: 0),
                shaping: OptimizerConfiguration.Shaping(l1: 1))
        }
        #expect(throws: TrainingRefusal.notWithFullBatch("dropout")) {
            try Self.fit(Self.classes(3), ModelArchitecture(layers: [.dropout(rate: 0.5)]))
        }
    }
}

/// Floats that are equal when their bits are.
struct FastDigestOfFloats: Equatable {
    let bits: [UInt32]

    init(_ values: [Float]) { bits = values.map(\.bitPattern) }
}
