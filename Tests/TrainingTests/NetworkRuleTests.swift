import Determinism
import LinearAlgebra
import Testing

@testable import Training

/// What layers must not do: leak chance or test rows into predictions, or hide a NaN.
struct NetworkRuleTests {
    private static let architectures = [
        ModelArchitecture(layers: [
            .dropout(rate: 0.1), .dense(units: 8, activation: .gelu), .dropout(rate: 0.5),
        ]),
        ModelArchitecture(
            layers: [
                .dense(units: 8, activation: .identity),
                .batchNorm(epsilon: 1e-5, momentum: 0.1), .activation(.tanh),
            ], loss: .softmaxCrossEntropy(smoothing: 0.1)),
        ModelArchitecture(
            layers: [
                .convolution(filters: 3, size: 2, stride: 1, padding: 1, activation: .relu),
                .maximumPool(size: 2, stride: 2, padding: 0),
                .batchNorm(epsilon: 1e-5, momentum: 0.1), .layerNorm(epsilon: 1e-5),
                .averagePool(size: 2, stride: 1, padding: 1),
            ],
            image: ModelArchitecture.ImageShape(height: 3, width: 2, channels: 2)),
        ModelArchitecture(head: .factorizationMachine(factors: 2), loss: .logistic),
        ModelArchitecture(loss: .hinge), ModelArchitecture(loss: .squaredHinge),
        ModelArchitecture(
            layers: [.dense(units: 5, activation: .leakyRelu(slope: 0.2))], loss: .huber(delta: 2)),
        ModelArchitecture(
            layers: [.dense(units: 5, activation: .sigmoid)], loss: .quantile(0.25)),
        ModelArchitecture(layers: [.dense(units: 5, activation: .geluTanh)], loss: .absolute),
        ModelArchitecture(loss: .squared), ModelArchitecture(loss: .poisson),
    ]

    private static let rows = 40
    private static let features = 12

    private static func data(
        _ architecture: ModelArchitecture, change: (inout [Float]) -> Void = { _ in }
    ) throws -> TrainingData {
        try BLAS.load()
        var features = SampleData.uniform(rows * Self.features, lane: 3)
        change(&features)
        guard architecture.loss.isClassification else {
            return try TrainingData(
                features: features, targets: (0..<rows).map { Float($0 % 5) },
                featureCount: Self.features)
        }
        return try TrainingData(
            features: features, labels: (0..<rows).map { Int32($0 % 2) },
            featureCount: Self.features, classCount: 2)
    }

    private static func train(
        _ architecture: ModelArchitecture, _ data: TrainingData, rows: [UInt32], epochs: Int = 3,
        seed: UInt64 = 5
    ) throws -> (state: [Float], layout: ParameterLayout, losses: [RoundScalars]) {
        let plan = try TrainingPlan(
            replicas: 2, batchSize: 8, epochs: epochs, every: 2, seed: seed,
            trainRows: rows.count)
        let outcome = try ReferenceRun.run(
            data: data, trainRows: rows, standardization: nil, architecture: architecture,
            plan: plan, optimizer: OptimizerConfiguration(learningRate: 0.05, momentum: 0.9))
        let layout = try ParameterLayout(
            architecture: architecture, featureCount: features, classCount: data.classCount)
        return (outcome.state, layout, outcome.rounds)
    }

    @Test(arguments: architectures)
    func predictionsAreTheSameEveryTime(_ architecture: ModelArchitecture) throws {
        let data = try Self.data(architecture)
        let (state, layout, _) = try Self.train(architecture, data, rows: SampleData.rows(40))
        let evaluator = try Evaluator(layout: layout, standardization: nil)
        func scores() -> [Float] {
            var classes = [Int32](repeating: 0, count: 40)
            var scores = [Float](repeating: .nan, count: 40 * layout.scoreCount)
            evaluator.predict(
                features: data.features, rows: 40, parameters: state, classes: &classes,
                scores: &scores)
            return scores
        }
        let first = scores()
        #expect(first.allSatisfy { $0.isFinite })
        #expect(first == scores())
        // By hand, without dropout and by running moments: what evaluation means.
        var reference = ReferenceNetwork(layout, data)
        reference.runningMoments = true
        let outputs = reference.outputs(state.prefix(layout.valueCount).map { Double($0) })
        guard layout.scoreCount == layout.outputCount, layout.architecture.loss != .poisson,
            layout.architecture.loss.score != .probabilities
        else { return }
        for row in 0..<40 {
            for index in 0..<layout.scoreCount {
                let found = Double(first[row * layout.scoreCount + index])
                #expect(abs(found - outputs[row][index]) < 1e-4)
            }
        }
    }

    @Test func dropoutIsOffInEvaluationAndOnInTraining() throws {
        let architecture = ModelArchitecture(layers: [.dropout(rate: 0.5)], loss: .squared)
        let data = try Self.data(architecture)
        let layout = try ParameterLayout(
            architecture: architecture, featureCount: Self.features, classCount: 0)
        let values = SampleData.uniform(layout.valueCount, lane: 6)
        let evaluator = try Evaluator(layout: layout, standardization: nil)
        var found = [Float](repeating: 0, count: 40)
        var classes = [Int32](repeating: 0, count: 40)
        evaluator.predict(
            features: data.features, rows: 40, parameters: values, classes: &classes,
            scores: &found)
        let expected = ReferenceNetwork(layout, data).outputs(values.map { Double($0) })
        for row in 0..<40 { #expect(abs(Double(found[row]) - expected[row][0]) < 1e-5) }
        // In training half the inputs are left out, others each step and replica.
        let place = RandomStream(seed: 1, purpose: .dropout)
        var masks: [[Float]] = []
        for (replica, step, layer) in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)] {
            var mask = [Float](repeating: 9, count: 4_001)
            mask.withUnsafeMutableBufferPointer {
                place.place(replica: replica, step: step).stream(layer).fillChoices(
                    $0, probability: 0.25, chosen: 0, other: 1)
            }
            #expect(abs(mask.reduce(0, +) - 3_000) < 120)
            #expect(mask.allSatisfy { $0 == 0 || $0 == 1 })
            masks.append(mask)
        }
        #expect(masks[0] == masks[4])
        for index in 1..<4 { #expect(masks[0] != masks[index]) }
    }

    /// Other values in rows that do not train change neither parameters nor running moments.
    @Test(arguments: architectures)
    func rowsThatDoNotTrainChangeNothing(_ architecture: ModelArchitecture) throws {
        let train = SampleData.rows(30)
        let data = try Self.data(architecture)
        let changed = try Self.data(architecture) { features in
            for index in (30 * Self.features)..<features.count { features[index] = 50 }
        }
        let (state, layout, _) = try Self.train(architecture, data, rows: train)
        let evaluator = try Evaluator(layout: layout, standardization: nil)
        let held = (30..<UInt32(40)).map { $0 }
        _ = evaluator.evaluate(changed, rows: held, parameters: state)
        #expect(try Self.train(architecture, changed, rows: train).state == state)
        let other = try Self.train(architecture, data, rows: SampleData.rows(40))
        #expect(other.state != state, "rows that train must count")
    }

    /// One NaN among the features shows in the loss, in training and in evaluation.
    @Test(arguments: architectures)
    func aNaNShowsInTheLoss(_ architecture: ModelArchitecture) throws {
        let data = try Self.data(architecture) { $0[17 * Self.features + 3] = .nan }
        let (_, layout, rounds) = try Self.train(
            architecture, data, rows: SampleData.rows(40), epochs: 1)
        #expect(rounds.contains { !$0.isFinite })
        let evaluator = try Evaluator(layout: layout, standardization: nil)
        let values = SampleData.uniform(layout.valueCount, lane: 6).map { abs($0) }
        let measured = evaluator.evaluate(data, rows: SampleData.rows(40), parameters: values)
        #expect(!measured.isFinite)
    }

    @Test func classWeightsAreCountedAndNamed() throws {
        let data = try TrainingData(
            features: [Float](repeating: 1, count: 6), labels: [0, 0, 0, 1, 1, 2],
            featureCount: 1, classCount: 3)
        let names = ["a", "b", "c"]
        let rows = SampleData.rows(6)
        func values(_ weights: ClassWeights) throws -> [Float]? {
            try weights.values(classNames: names, data: data, trainRows: rows)
        }
        #expect(try values(.equal) == nil)
        #expect(try values(.balanced) == [6.0 / 9, 1, 2])
        #expect(try values(.named([.init(name: "c", weight: 5)])) == [1, 1, 5])
        #expect(throws: TrainingRefusal.unknownClass("d")) {
            try values(.named([.init(name: "d", weight: 5)]))
        }
    }

    /// A class that the split left without training rows keeps its place: it weighs 1, it trains
    /// and its rows are measured; only oversampling it is impossible.
    @Test func aClassWithoutTrainingRowsKeepsItsPlace() throws {
        let data = try TrainingData(
            features: SampleData.uniform(12, lane: 4), labels: [0, 0, 0, 1, 1, 2],
            featureCount: 2, classCount: 3)
        let rows = SampleData.rows(5)
        let weights = try #require(
            try ClassWeights.balanced.values(
                classNames: ["a", "b", "c"], data: data, trainRows: rows))
        #expect(weights == [5.0 / 9, 5.0 / 6, 1])
        let outcome = try ReferenceRun.run(
            data: data, trainRows: rows, standardization: nil, architecture: .softmaxRegression,
            plan: TrainingPlan(
                replicas: 1, batchSize: 2, epochs: 3, every: 2, seed: 1, trainRows: 5),
            optimizer: OptimizerConfiguration(learningRate: 0.1, momentum: 0))
        #expect(outcome.state.allSatisfy { $0.isFinite })
        let layout = try ParameterLayout(
            architecture: .softmaxRegression, featureCount: 2, classCount: 3)
        let found = try Evaluator(layout: layout, standardization: nil).evaluate(
            data, rows: [5], parameters: outcome.state)
        #expect(found.samples == 1 && found.lossSum.isFinite)
        let split = try DataSplit(rows: 6, validation: 0, test: 0, seed: 1)
        let labels: [Int32] = [0, 0, 0, 1, 1, 1]
        #expect {
            try labels.withUnsafeBufferPointer {
                _ = try split.oversampled(
                    labels: $0.baseAddress.unsafelyUnwrapped, classCount: 3)
            }
        } throws: { ($0 as? PreprocessingProblem)?.kind == .emptyClass }
    }

    @Test func lossesAndTargetsThatDoNotFitAreRefused() throws {
        let numbers = try TrainingData(features: [1, 2], targets: [1, -1], featureCount: 1)
        #expect(throws: TrainingRefusal.numbersForClasses) { try numbers.check(.logistic) }
        #expect(throws: TrainingRefusal.self) { try numbers.check(.poisson) }
        try numbers.check(.squared)
        let classes = try TrainingData(
            features: [1, 2, 3], labels: [0, 1, 2], featureCount: 1, classCount: 3)
        #expect(throws: TrainingRefusal.classesForNumbers(3)) { try classes.check(.squared) }
        #expect(throws: TrainingRefusal.notTwoClasses(3)) {
            try ParameterLayout(
                architecture: ModelArchitecture(loss: .logistic), featureCount: 1, classCount: 3)
        }
        #expect(throws: TrainingRefusal.self) {
            try TrainingData(features: [1], targets: [.infinity], featureCount: 1)
        }
        #expect(throws: TrainingRefusal.badWeight(row: 1, value: -1)) {
            try TrainingData(
                features: [1, 2], targets: [0, 0], weights: [1, -1], featureCount: 1)
        }
    }

    @Test func imagesThatDoNotFitAreRefused() throws {
        func layout(_ layers: [NetworkLayer], features: Int = 36) throws -> ParameterLayout {
            try ParameterLayout(
                architecture: ModelArchitecture(layers: layers), featureCount: features,
                classCount: 2)
        }
        let pool = NetworkLayer.maximumPool(size: 2, stride: 2, padding: 0)
        #expect(try layout([pool]).stages.last?.inputs == 9)
        #expect(throws: TrainingRefusal.imageNeeded) { try layout([pool], features: 35) }
        #expect(throws: TrainingRefusal.imageNeeded) { try layout([.flatten, pool]) }
        #expect(throws: TrainingRefusal.windowTooLarge(size: 2, height: 1, width: 1)) {
            try layout([pool, pool, pool])
        }
        #expect(throws: TrainingRefusal.self) {
            try layout([.maximumPool(size: 2, stride: 1, padding: 2)])
        }
    }

    @Test(arguments: architectures)
    func architecturesAndModelsComeBackAsTheyWere(_ architecture: ModelArchitecture) throws {
        #expect(ModelArchitecture(text: architecture.text) == architecture)
        let layout = try ParameterLayout(
            architecture: architecture, featureCount: Self.features,
            classCount: architecture.loss.isClassification ? 2 : 0)
        let model = try TrainedModel(
            layout: layout, parameters: SampleData.uniform(layout.valueCount, lane: 2),
            standardization: .identity(featureCount: Self.features))
        let again = try model.encoded().withUnsafeBytes { try TrainedModel.decode($0) }.model
        #expect(again == model)
    }

    @Test(arguments: [
        "", "loss squared", "head linear", "dense 4 relu; head linear; loss", "dense -1 relu",
        "dense 4 rellu; head linear; loss squared", "head linear; loss squared extra",
        "dropout 1; head linear; loss squared", "dropout nan; head linear; loss squared",
        "convolution 1 2 3; head linear; loss squared", ";;",
        "head linear; loss softmaxCrossEntropy 2",
    ])
    func textsThatAreNoArchitecturesAreRefused(text: String) {
        #expect(ModelArchitecture(text: text) == nil)
    }
}
