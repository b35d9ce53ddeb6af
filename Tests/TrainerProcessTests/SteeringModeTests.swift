import ClusterVocabulary
import LinearAlgebra
import Testing
import Training

@testable import TrainerProcess

/// Decisions from validation, averages of weights, and layers with chance or running moments are
/// inside the promise: the same bits on any members, over joins and leaves.
struct SteeringModeTests {
    struct Mode: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout TrainingWork) -> Void
        var endsEarly = false
    }

    static let modes = [
        Mode(
            testDescription: "early stopping, best epoch",
            change: {
                $0.epochs = 40
                $0.optimizer.learningRate = 0.4
                $0.steering.patience = 2
                $0.steering.restoresBest = true
            }, endsEarly: true),
        Mode(
            testDescription: "early stopping by accuracy",
            change: {
                $0.epochs = 40
                $0.steering.monitor = .validationAccuracy
                $0.steering.patience = 3
            }, endsEarly: true),
        Mode(
            testDescription: "plateau",
            change: {
                $0.epochs = 12
                $0.optimizer.learningRate = 0.4
                $0.optimizer.schedule.shape = .plateau
                $0.optimizer.schedule.epochs = 1
                $0.optimizer.schedule.factor = 0.5
            }),
        Mode(
            testDescription: "average of weights, best epoch",
            change: {
                $0.steering.averageDecay = 0.98
                $0.steering.restoresBest = true
            }),
        Mode(
            testDescription: "dropout and batchNorm",
            change: {
                $0.model.normalization = .batchNorm
                $0.model.dropout = 0.3
                $0.model.inputDropout = 0.1
                $0.model.activation = .gelu
                $0.loss = LossWork(kind: .softmaxCrossEntropy, parameter: 0.1)
                $0.loss.classWeighting = .balanced
            }),
        Mode(
            testDescription: "layerNorm, margins, named weights",
            change: {
                $0.model.normalization = .layerNorm
                $0.model.activation = .tanh
                $0.loss = LossWork(kind: .squaredHinge)
                $0.loss.classWeighting = .named
                $0.loss.classWeights = [LossWork.ClassWeight(name: "b", weight: 3)]
                $0.optimizer.rule = .adamw
                $0.optimizer.learningRate = 0.01
            }),
    ]

    /// What a single thread ends with: the exchanged state and the model's values.
    private func expected(_ bench: ExchangeBench) throws -> (state: [Float], model: [Float]) {
        let work = bench.work
        let split = try DataSplit(
            rows: bench.data.rows, validation: work.validationFraction, test: work.testFraction,
            seed: work.splitSeed)
        let optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState,
            averageDecay: work.steering.averageDecay)
        let plan = try TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer)
        let standardization = try Standardization(fitting: bench.data, rows: split.train)
        let layout = try ParameterLayout(
            architecture: ModelArchitecture(work), featureCount: bench.data.featureCount,
            classCount: bench.data.classCount)
        let evaluator = try Evaluator(layout: layout, standardization: standardization)
        var steering = Steering(Steering.Rules(work))
        var best: [Float] = []
        func values(_ state: [Float]) -> [Float] {
            var values = [Float](repeating: 0, count: layout.valueCount)
            optimizer.writeModel(of: state, layout, into: &values)
            return values
        }
        func figure(_ state: [Float]) -> Double {
            steering.rules.figure(
                evaluator.evaluate(bench.data, rows: split.validation, parameters: values(state)))
        }
        func epochs(_ rounds: Int) -> Int {
            rounds == 0 ? 0 : min(plan.epochs, Int(plan.epochsRead(afterRound: rounds - 1) + 1e-9))
        }
        let outcome = try ReferenceRun.run(
            data: bench.data, trainRows: split.train, standardization: standardization,
            architecture: ModelArchitecture(work), plan: plan, optimizer: optimizer,
            classWeights: ClassWeights(work.loss).values(
                classNames: ["a", "b", "c", "d"], data: bench.data, trainRows: split.train)
        ) { state, round in
            if round > 0, epochs(round) > epochs(round - 1), steering.rules.isActive,
                steering.observe(figure(state), afterRounds: Int64(round))
            {
                best = values(state)
            }
            return ReferenceRun.Decision(
                isStop: steering.isStopped, rateFactor: steering.rateFactor)
        }
        let last = values(outcome.state)
        let keepsLast =
            !steering.rules.keepsBest || best.isEmpty || steering.isBest(figure(outcome.state))
        return (outcome.state, keepsLast ? last : best)
    }

    private func check(_ member: BenchMember, _ expected: (state: [Float], model: [Float])) {
        #expect(member.averagedState == expected.state)
        member.session.writeFinalValues()
        #expect(Array(member.session.measured.elements) == expected.model)
    }

    @Test(arguments: modes)
    func membersDoNotChangeABit(mode: Mode) throws {
        let bench = try ExchangeBench(mode.change)
        let alone = try bench.member("h0")
        try bench.run([alone])
        let expected = try expected(bench)
        check(alone, expected)
        #expect(
            (alone.session.completeRounds < alone.session.totalRounds) == mode.endsEarly,
            "after \(alone.session.completeRounds) of \(alone.session.totalRounds)")
        #expect((alone.session.earlyStop != nil) == mode.endsEarly)
        let members = try (0..<3).map { try bench.member("h3\($0)") }
        try bench.run(members)
        for member in members {
            #expect(member.session.stateDigest == alone.session.stateDigest)
            #expect(member.session.trailer == alone.session.trailer)
            check(member, expected)
        }
    }

    @Test(arguments: modes)
    func joiningAndLeavingDoNotChangeABit(mode: Mode) throws {
        let bench = try ExchangeBench(mode.change)
        let first = try bench.member("a")
        let second = try bench.member("b")
        try bench.run([first, second], until: 7)
        let third = try bench.member("c")
        try bench.run([second, third], until: 40, lanes: [1, 3])
        let fourth = try bench.member("d")
        try bench.run([third, fourth])
        let expected = try expected(bench)
        check(third, expected)
        check(fourth, expected)
        #expect(third.session.trailer == fourth.session.trailer)
    }
}
