import LinearAlgebra
import Testing

@testable import Training

/// Convex problems end where scikit-learn 1.9.1 ends (`Ridge`, `LogisticRegression`, tol 1e-12).
///
/// Our losses are means over rows with `l2 / 2 * |w|²`; so scikit-learn's `alpha` is
/// `rows * l2 / 2` and its `C` is `1 / (rows * l2)`.
struct ConvexParityTests {
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

    /// Full-batch descent with momentum, to where nothing moves any more.
    private static func fit(_ data: TrainingData, _ loss: Loss, l2: Float) throws -> [Float] {
        try BLAS.load()
        let plan = try TrainingPlan(
            replicas: 1, batchSize: rows, epochs: 3_000, every: 100, seed: 1, trainRows: rows)
        return try ReferenceRun.run(
            data: data, trainRows: SampleData.rows(rows), standardization: nil,
            architecture: ModelArchitecture(loss: loss), plan: plan,
            optimizer: OptimizerConfiguration(
                learningRate: 0.2, rule: .sgd(momentum: 0.9, isNesterov: true),
                shaping: OptimizerConfiguration.Shaping(l2: l2))
        ).state
    }

    private func expect(_ found: [Float], _ wanted: [Double]) {
        for (a, b) in zip(found, wanted) { #expect(abs(Double(a) - b) < 1e-3, "\(a), not \(b)") }
    }

    @Test func ridgeRegression() throws {
        let data = try TrainingData(
            features: Self.matrix,
            targets: (0..<Self.rows).map {
                Float(Self.score($0, [1.5, -2, 0.5, 0.25]) + 0.75 + 0.3 * Self.noise($0))
            }, featureCount: Self.features)
        expect(
            try Self.fit(data, .squared, l2: 0.1),
            [1.3822312024, -1.7867407897, 0.5159645697, 0.2845430419, 0.7437477146])
    }

    @Test func logisticRegression() throws {
        let data = try TrainingData(
            features: Self.matrix,
            labels: (0..<Self.rows).map {
                Self.score($0, [2, -1, 1, 0.5]) + 0.2 + 1.2 * Self.noise($0) > 0 ? 1 : 0
            }, featureCount: Self.features, classCount: 2)
        expect(
            try Self.fit(data, .logistic, l2: 0.05),
            [1.5552460085, -1.5430061465, 0.2247944129, 0.4119158094, -0.7552875350])
    }

    @Test func softmaxRegression() throws {
        let data = try TrainingData(
            features: Self.matrix,
            labels: (0..<Self.rows).map {
                let score = Self.score($0, [2, -1, 1, 0.5]) + 1.2 * Self.noise($0)
                return score < -0.4 ? 0 : score < 0.5 ? 1 : 2
            }, featureCount: Self.features, classCount: 3)
        expect(
            try Self.fit(data, .softmaxCrossEntropy(smoothing: 0), l2: 0.05),
            [
                -1.0741603390, 0.6622057667, -0.2821796144, -0.3774281647, -0.0183987927,
                0.4821427063, 0.1288401276, 0.1421115120, 1.0925591316, -1.1443484729,
                0.1533394867, 0.2353166527, 0.9489384843, -1.1991442846, 0.2502058003,
            ])
    }
}
