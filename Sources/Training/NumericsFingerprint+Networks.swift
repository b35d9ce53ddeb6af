import Determinism
import LinearAlgebra

extension NumericsFingerprint {
    /// Whole training rounds of small networks that use every layer, loss and update rule.
    ///
    /// Random data and parameters, one replica, two steps; the state after them is added.
    static func addNetworks(_ stream: RandomStream, to chain: inout FastDigest) {
        let image = ModelArchitecture.ImageShape(height: 7, width: 6, channels: 1)
        let architectures: [ModelArchitecture] = [
            ModelArchitecture(
                layers: [
                    .convolution(filters: 4, size: 3, stride: 1, padding: 1, activation: .relu),
                    .batchNorm(epsilon: 1e-5, momentum: 0.1),
                    .maximumPool(size: 2, stride: 2, padding: 0),
                    .convolution(filters: 3, size: 2, stride: 1, padding: 0, activation: .gelu),
                    .averagePool(size: 2, stride: 1, padding: 1), .flatten,
                    .dense(units: 9, activation: .leakyRelu(slope: 0.01)), .dropout(rate: 0.3),
                ], loss: .softmaxCrossEntropy(smoothing: 0.1), image: image),
            ModelArchitecture(
                layers: [
                    .dense(units: 11, activation: .identity), .layerNorm(epsilon: 1e-5),
                    .activation(.geluTanh), .dense(units: 10, activation: .tanh),
                    .dense(units: 9, activation: .sigmoid),
                ], loss: .squaredHinge),
            ModelArchitecture(head: .factorizationMachine(factors: 3), loss: .logistic),
            ModelArchitecture(loss: .squared), ModelArchitecture(loss: .absolute),
            ModelArchitecture(loss: .huber(delta: 0.5)), ModelArchitecture(loss: .quantile(0.9)),
            ModelArchitecture(loss: .poisson), ModelArchitecture(loss: .hinge),
        ]
        let rules: [OptimizerConfiguration.Rule] = [
            .sgd(momentum: 0.9, isNesterov: true), .adagrad(epsilon: 1e-8),
            .rmsprop(decay: 0.9, epsilon: 1e-8, momentum: 0.5),
            .adadelta(decay: 0.9, epsilon: 1e-6),
            .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01),
        ]
        for (index, architecture) in architectures.enumerated() {
            do {
                try add(architecture, rules[index % rules.count], stream, to: &chain)
            } catch {
                preconditionFailure("a fixed computation is refused: \(error)")
            }
        }
    }

    private static func add(
        _ architecture: ModelArchitecture, _ rule: OptimizerConfiguration.Rule,
        _ stream: RandomStream, to chain: inout FastDigest
    ) throws(TrainingRefusal) {
        let (rows, features) = (23, 42)
        let classes = architecture.head == .linear ? 3 : 2
        let values = random(rows * (features + 1), stream, lane: 10)
        let matrix = Array(values.elements.prefix(rows * features))
        let weights = values.elements.suffix(rows).map { abs($0) + 0.5 }
        let data =
            architecture.loss.isClassification
            ? try TrainingData(
                features: matrix, labels: (0..<rows).map { Int32($0 % classes) },
                weights: weights, featureCount: features, classCount: classes)
            : try TrainingData(
                features: matrix, targets: weights, weights: weights, featureCount: features)
        let plan = try TrainingPlan(
            replicas: 1, batchSize: rows, epochs: 2, every: 2, seed: 1, trainRows: rows)
        let optimizer = try OptimizerConfiguration(
            learningRate: 0.05, rule: rule, schedule: .warmupCosine(warmup: 0.5, minimum: 0.1),
            shaping: OptimizerConfiguration.Shaping(l1: 1e-3, l2: 1e-2, clipValue: 1, clipNorm: 2))
        let trainer = try ReplicaTrainer(
            data: data, trainRows: (0..<UInt32(rows)).map { $0 }, standardization: nil,
            architecture: architecture, plan: plan, optimizer: optimizer)
        let state = FloatBuffer(count: trainer.stateCount)
        state.load(from: trainer.layout.initialState(optimizer: optimizer, seed: 1))
        let delta = FloatBuffer(count: trainer.stateCount)
        let counts = trainer.run(
            replica: 0, round: 0, globalState: state.pointer, delta: delta.pointer)
        add(delta, to: &chain)
        chain = chain.chained(
            with: FastDigest(high: (counts?.lossSum ?? 0).bitPattern, low: UInt64(rows)))
    }
}
