import LinearAlgebra
import Testing

@testable import Training

/// Four steps of every rule on four parameters, and ten steps of every schedule, against values
/// that PyTorch 2.13 computed (`torch.optim`, float32).
struct OptimizerParityTests {
    private static let start: [Float] = [0.5, -1.25, 3, 0]
    private static let gradients: [[Float]] = [
        [0.1, -0.2, 0.3, 0.4], [0.05, 0, -0.6, 1e-3], [-0.7, 0.9, 0.01, -2], [0.2, 0.2, 0.2, 0.2],
    ]

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rate: Float
        let rule: OptimizerConfiguration.Rule
        let expected: [Float]

        init(
            _ name: String, _ rate: Float, _ rule: OptimizerConfiguration.Rule, _ expected: [Float]
        ) {
            testDescription = name
            self.rate = rate
            self.rule = rule
            self.expected = expected
        }
    }

    static let cases = [
        Case(
            "sgd", 0.1, .sgd(momentum: 0, isNesterov: false),
            [0.535000026, -1.34000003, 3.00900006, 0.139899999]),
        Case(
            "momentum", 0.1, .sgd(momentum: 0.9, isNesterov: false),
            [0.565060019, -1.37221992, 3.03753018, 0.222169012]),
        Case(
            "nesterov", 0.1, .sgd(momentum: 0.9, isNesterov: true),
            [0.59355402, -1.44999802, 3.04277706, 0.339852124]),
        Case(
            "adagrad", 0.1, .adagrad(epsilon: 1e-10),
            [0.426873237, -1.26881862, 2.95938373, -0.0119509464]),
        Case(
            "rmsprop", 0.1, .rmsprop(decay: 0.99, epsilon: 1e-8, momentum: 0),
            [-0.234168321, -1.43975925, 2.59173107, -0.119670615]),
        Case(
            "rmsprop with momentum", 0.1, .rmsprop(decay: 0.99, epsilon: 1e-8, momentum: 0.5),
            [-0.952075064, -1.05308187, 2.38072586, -0.506076634]),
        Case(
            "adadelta", 1, .adadelta(decay: 0.9, epsilon: 1e-6),
            [0.497622967, -1.25246203, 2.99896669, 0.000492501073]),
        Case(
            "adam", 0.1, .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0),
            [0.383501828, -1.1873939, 2.96879888, -0.0776269138]),
        Case(
            "adamw", 0.1, .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01),
            [0.381939173, -1.18278396, 2.95701599, -0.0772453696]),
    ]

    /// Two inputs, one class pair: a layout of four weights and two biases that stay at zero.
    private static func optimizer(
        _ configuration: OptimizerConfiguration, every: Int = 4, totalSteps: Int = 4
    ) throws -> (ReplicaOptimizer, ParameterLayout) {
        let layout = try ParameterLayout(
            architecture: .softmaxRegression, featureCount: 2, classCount: 2)
        let plan = try TrainingPlan(
            replicas: 1, batchSize: 1, epochs: totalSteps, every: every, seed: 1, trainRows: 1)
        return (ReplicaOptimizer(configuration, layout: layout, plan: plan), layout)
    }

    @Test(arguments: cases)
    func fourStepsAreThoseOfPyTorch(_ example: Case) throws {
        let configuration = try OptimizerConfiguration(
            learningRate: example.rate, rule: example.rule)
        let (optimizer, layout) = try Self.optimizer(configuration)
        let state = [Float](
            repeating: 0, count: configuration.stateCount(layout))
        optimizer.begin(from: state)
        var parameters = Self.start + [0, 0]
        for (step, slope) in Self.gradients.enumerated() {
            var gradient = slope + [0, 0]
            optimizer.take(
                step: step, roundStart: 0, parameters: &parameters, gradient: &gradient)
        }
        for (found, wanted) in zip(parameters, example.expected) {
            #expect(abs(found - wanted) <= 2e-6 * max(1, abs(wanted)), "\(found), not \(wanted)")
        }
        #expect(parameters.suffix(2) == [0, 0])
    }

    /// Two rounds of two steps with the vectors carried in the global state are four steps; with
    /// vectors reset at the average they are not.
    @Test(arguments: cases)
    func stateTravelsWithTheAverage(_ example: Case) throws {
        func run(_ state: OptimizerConfiguration.StateAtAveraging) throws -> [Float] {
            let configuration = try OptimizerConfiguration(
                learningRate: example.rate, rule: example.rule, state: state)
            let (optimizer, layout) = try Self.optimizer(configuration, every: 2)
            let count = layout.parameterCount
            var global = Self.start + [0, 0]
            global += [Float](
                repeating: 0, count: configuration.stateCount(layout) - count)
            for round in 0..<2 {
                optimizer.begin(from: global)
                var parameters = Array(global.prefix(count))
                for step in round * 2..<round * 2 + 2 {
                    var gradient = Self.gradients[step] + [0, 0]
                    optimizer.take(
                        step: step, roundStart: round * 2, parameters: &parameters,
                        gradient: &gradient)
                }
                var delta = [Float](repeating: 0, count: global.count)
                for index in 0..<count { delta[index] = parameters[index] - global[index] }
                optimizer.writeDelta(from: global, into: &delta)
                for index in global.indices { global[index] += delta[index] }
            }
            return Array(global.prefix(4))
        }
        for (found, wanted) in zip(try run(.average), example.expected) {
            #expect(abs(found - wanted) <= 1e-5 * max(1, abs(wanted)), "\(found), not \(wanted)")
        }
        if example.rule.vectorCount > 0 { #expect(try run(.reset) != run(.average)) }
    }

    @Test(arguments: [
        (
            LearningRateSchedule.cosine(minimum: 0.1),
            [
                0.4, 0.3891447, 0.357888, 0.31, 0.2512567, 0.1887433, 0.13, 0.082112, 0.05085533,
                0.04,
            ] as [Float]
        ),
        (.step(epochs: 2, factor: 0.1), [0.4, 0.4, 0.04, 0.04, 0.004, 0.004]),
        (.exponential(factor: 0.5), [0.4, 0.2, 0.1, 0.05, 0.025]),
        (
            .oneCycle(rise: 0.3),
            [
                0.016, 0.208, 0.4, 0.3801939, 0.3246983, 0.2445048, 0.1554968, 0.07530334,
                0.01980775, 1.6e-06,
            ]
        ),
        (.inverseScaling(power: 0.5), [0.4, 0.28284271, 0.23094011, 0.2]),
        (.warmupCosine(warmup: 0.2, minimum: 0), [0.13333333, 0.26666667, 0.4]),
    ])
    func ratesAreThoseOfPyTorch(_ schedule: LearningRateSchedule, _ expected: [Float]) {
        for (step, wanted) in expected.enumerated() {
            let rate = schedule.rate(base: 0.4, step: step, epoch: step, totalSteps: 10)
            #expect(abs(rate - wanted) <= 1e-6 * max(0.1, wanted), "step \(step): \(rate)")
        }
    }

    @Test func penaltiesSpareTheBiasesAndClippingBoundsTheGradient() throws {
        let shaping = OptimizerConfiguration.Shaping(l1: 0.5, l2: 0.1)
        let configuration = try OptimizerConfiguration(
            learningRate: 1, rule: .sgd(momentum: 0, isNesterov: false), shaping: shaping)
        let (optimizer, _) = try Self.optimizer(configuration)
        var parameters: [Float] = [2, -2, 0, 1, 5, -5]
        var gradient = [Float](repeating: 0, count: 6)
        optimizer.take(step: 0, roundStart: 0, parameters: &parameters, gradient: &gradient)
        #expect(gradient == [0.7, -0.7, 0, 0.6, 0, 0])

        var values: [Float] = [3, -4, 0.5]
        GradientKernels.clip(&values, count: 3, toValue: 1)
        #expect(values == [1, -1, 0.5])
        var vector = [Float](repeating: 2, count: 25)
        GradientKernels.clip(&vector, count: 25, toNorm: 5)
        #expect(vector.allSatisfy { $0 == 1 })
        GradientKernels.clip(&vector, count: 25, toNorm: 6)
        #expect(vector.allSatisfy { $0 == 1 })
    }

    @Test func impossibleNumbersAreNamed() {
        #expect(
            throws: TrainingRefusal.badOptimizerNumber(
                name: "beta2", value: 1, allowed: "at least 0 and below 1")
        ) {
            try OptimizerConfiguration(
                learningRate: 1,
                rule: .adam(beta1: 0.9, beta2: 1, epsilon: 1e-8, weightDecay: 0))
        }
        #expect(throws: TrainingRefusal.self) {
            try OptimizerConfiguration(
                learningRate: 1, rule: .adagrad(epsilon: .nan))
        }
    }
}
