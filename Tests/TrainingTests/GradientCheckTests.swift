import Determinism
import LinearAlgebra
import Testing

@testable import Training

/// One step at learning rate 1 against finite differences of the double-precision reference, for
/// every layer and every loss.
struct GradientCheckTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var architecture: ModelArchitecture
        var classes = 3
        var features = 5
        var rowWeights = false
        var classWeights: [Float]?
    }

    private static func hidden(_ layers: NetworkLayer...) -> ModelArchitecture {
        ModelArchitecture(layers: layers)
    }

    private static func image(
        _ height: Int, _ width: Int, _ channels: Int, _ layers: NetworkLayer...
    ) -> ModelArchitecture {
        ModelArchitecture(
            layers: layers,
            image: ModelArchitecture.ImageShape(height: height, width: width, channels: channels))
    }

    static let layers: [Case] = [
        Case(
            testDescription: "identity",
            architecture: hidden(.dense(units: 6, activation: .identity))),
        Case(
            testDescription: "leakyRelu",
            architecture: hidden(.dense(units: 6, activation: .leakyRelu(slope: 0.1)))),
        Case(testDescription: "gelu", architecture: hidden(.dense(units: 6, activation: .gelu))),
        Case(
            testDescription: "geluTanh",
            architecture: hidden(.dense(units: 6, activation: .geluTanh))),
        Case(
            testDescription: "tanh",
            architecture: hidden(
                .dense(units: 6, activation: .tanh), .dense(units: 4, activation: .tanh))),
        Case(
            testDescription: "sigmoid", architecture: hidden(.dense(units: 6, activation: .sigmoid))
        ),
        Case(
            testDescription: "activation alone",
            architecture: hidden(.dense(units: 6, activation: .identity), .activation(.gelu))),
        Case(
            testDescription: "dropout",
            architecture: hidden(
                .dropout(rate: 0.2), .dense(units: 9, activation: .tanh), .dropout(rate: 0.4))),
        Case(
            testDescription: "layerNorm",
            architecture: hidden(
                .dense(units: 7, activation: .identity), .layerNorm(epsilon: 1e-5),
                .activation(.tanh))),
        Case(
            testDescription: "batchNorm",
            architecture: hidden(
                .dense(units: 7, activation: .identity), .batchNorm(epsilon: 1e-3, momentum: 0.1),
                .activation(.tanh))),
        Case(
            testDescription: "convolution",
            architecture: image(
                5, 4, 2,
                .convolution(filters: 3, size: 3, stride: 1, padding: 0, activation: .tanh),
                .flatten),
            features: 40),
        Case(
            testDescription: "convolutions with padding and stride",
            architecture: image(
                5, 5, 1,
                .convolution(filters: 3, size: 3, stride: 2, padding: 1, activation: .identity),
                .batchNorm(epsilon: 1e-3, momentum: 0.1), .activation(.tanh),
                .convolution(filters: 2, size: 2, stride: 1, padding: 1, activation: .gelu)),
            features: 25),
        Case(
            testDescription: "pools",
            architecture: image(
                6, 6, 1,
                .convolution(filters: 2, size: 3, stride: 1, padding: 1, activation: .tanh),
                .maximumPool(size: 2, stride: 2, padding: 0),
                .averagePool(size: 2, stride: 1, padding: 1),
                .dense(units: 4, activation: .tanh)),
            features: 36),
        Case(
            testDescription: "factorization machine",
            architecture: ModelArchitecture(
                head: .factorizationMachine(factors: 3), loss: .logistic), classes: 2),
        Case(
            testDescription: "factorization machine behind a layer",
            architecture: ModelArchitecture(
                layers: [.dense(units: 4, activation: .tanh)],
                head: .factorizationMachine(factors: 2), loss: .squared),
            classes: 0),
    ]

    static let losses: [Case] = [
        (Loss.softmaxCrossEntropy(smoothing: 0.1), 4), (.logistic, 2), (.hinge, 2), (.hinge, 4),
        (.squaredHinge, 2),
        (.squaredHinge, 4), (.squared, 0), (.absolute, 0), (.huber(delta: 0.7), 0),
        (.quantile(0.8), 0), (.poisson, 0),
    ].flatMap { (loss: Loss, classes: Int) -> [Case] in
        let architecture = ModelArchitecture(
            layers: [.dense(units: 4, activation: .tanh)], loss: loss)
        var plain = Case(
            testDescription: "\(loss) \(classes)", architecture: architecture, classes: classes)
        var weighted = plain
        weighted.rowWeights = true
        if classes > 0 { weighted.classWeights = (0..<classes).map { Float($0) * 0.7 + 0.4 } }
        plain.classes = classes
        return [
            plain,
            Case(
                testDescription: "\(loss) \(classes), weighted", architecture: architecture,
                classes: classes,
                rowWeights: true, classWeights: weighted.classWeights),
        ]
    }

    private static func data(_ example: Case, rows: Int) throws -> TrainingData {
        let features = SampleData.uniform(rows * example.features, lane: 3)
        let weights = (0..<rows).map { Float($0 % 4) * 0.5 + 0.25 }
        if example.classes == 0 {
            let numbers = SampleData.uniform(rows, lane: 4).map { ($0 + 1) * 2 }
            return try TrainingData(
                features: features, targets: numbers, weights: example.rowWeights ? weights : [],
                featureCount: example.features)
        }
        let labels = (0..<rows).map { Int32($0 % example.classes) }
        guard example.rowWeights else {
            return try TrainingData(
                features: features, labels: labels, featureCount: example.features,
                classCount: example.classes)
        }
        return try TrainingData(
            features: features, labels: labels, weights: weights, featureCount: example.features,
            classCount: example.classes)
    }

    @Test(arguments: layers + losses)
    func oneStepFollowsTheFiniteDifferences(_ example: Case) throws {
        try BLAS.load()
        let rows = 9
        let data = try Self.data(example, rows: rows)
        let plan = try TrainingPlan(
            replicas: 1, batchSize: rows, epochs: 1, every: 1, seed: 3, trainRows: rows)
        let trainer = try ReplicaTrainer(
            data: data, trainRows: SampleData.rows(rows), standardization: nil,
            architecture: example.architecture, plan: plan,
            optimizer: OptimizerConfiguration(learningRate: 1, momentum: 0),
            classWeights: example.classWeights)
        let layout = trainer.layout
        var state = SampleData.uniform(trainer.stateCount, lane: 9).map { $0 * 0.8 }
        // Running variances are positive.
        for index in layout.parameterCount..<layout.valueCount { state[index] = abs(state[index]) }
        var delta = [Float](repeating: 0, count: trainer.stateCount)
        let counts = try #require(
            trainer.run(replica: 0, round: 0, globalState: state, delta: &delta))
        var reference = ReferenceNetwork(layout, data, classWeights: example.classWeights)
        // The batch is all rows, in the order of the epoch: dropout counts elements in that order.
        var order = BatchOrder(plan: plan, trainRows: SampleData.rows(rows))
        var batch = [UInt32](repeating: 0, count: rows)
        batch.withUnsafeMutableBufferPointer { order.fill(step: 0, replica: 0, into: $0) }
        let chance = RandomStream(seed: 3, purpose: .dropout).place(replica: 0, step: 0)
        reference.dropoutFactors = layout.stages.enumerated().map { position, stage in
            guard case .dropout(let rate) = stage.kind else { return [] }
            let stream = chance.stream(position)
            var factors = [Double](repeating: 0, count: rows * stage.outputs)
            for place in 0..<rows {
                for column in 0..<stage.outputs {
                    let word = stream.word(at: UInt64(place * stage.outputs + column), lane: 0)
                    let isDropped = Double(word) < Double(rate) * 0x1p32.rounded(.down)
                    factors[Int(batch[place]) * stage.outputs + column] =
                        isDropped ? 0 : 1 / (1 - Double(rate))
                }
            }
            return factors
        }
        let values = state.map { Double($0) }
        let expectedLoss = reference.loss(values)
        #expect(abs(counts.meanLoss - expectedLoss) < 1e-5 * max(1, expectedLoss))
        var largest = 0.0
        for index in 0..<layout.parameterCount {
            var shifted = values
            shifted[index] += 1e-5
            let above = reference.loss(shifted)
            shifted[index] -= 2e-5
            let below = reference.loss(shifted)
            let expected = -(above - below) / 2e-5
            largest = max(largest, abs(expected))
            let error = abs(Double(delta[index]) - expected)
            #expect(error < 3e-5 * max(1, abs(expected)), "parameter \(index)")
        }
        #expect(largest > 0.01, "the gradient vanishes, the check shows nothing")
    }
}
