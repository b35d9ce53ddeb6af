import ClusterVocabulary
import Testing
import Training

@testable import TrainerProcess

/// Every averaging mode gives the bits of one thread that follows the published rule, whatever the
/// members, and however they come and go.
struct AveragingModeTests {
    /// A mode of the spec, with the rule written out once more and plainly.
    struct Mode: Sendable, CustomTestStringConvertible {
        let name: String
        let change: @Sendable (inout TrainingWork) -> Void
        var outer: (@Sendable (Outer) -> Void)?

        var testDescription: String { name }
    }

    /// What an outer rule sees of one element.
    final class Outer {
        var state: [Float]
        var velocity: [Float]
        let average: [Float]
        let parameters: Int
        let rate: Float

        init(state: [Float], velocity: [Float], average: [Float], parameters: Int, rate: Float) {
            self.state = state
            self.velocity = velocity
            self.average = average
            self.parameters = parameters
            self.rate = rate
        }
    }

    static let modes = [
        Mode(name: "every step") { $0.stepsPerRound = 1 },
        Mode(name: "every 3 steps") { _ in },
        Mode(name: "reset momentum") { $0.averagesOptimizerState = false },
        Mode(name: "once") {
            $0.averaging.interval = .once
            $0.stepsPerRound = 1_000_000
        },
        Mode(name: "post-local") {
            $0.averaging.interval = .postLocal
            $0.averaging.localFrom = 5
            $0.stepsPerRound = 4
        },
        Mode(name: "growing") {
            $0.averaging.interval = .growing
            $0.averaging.alpha = 0.08
            $0.stepsPerRound = 2
            $0.optimizer.schedule.shape = .cosine
        },
        Mode(name: "measured") {
            $0.averaging.interval = .measured
            $0.averaging.choice = .init(round: 4, steps: 5)
        },
        Mode(name: "weighted by samples") { $0.averaging.weighting = .samples },
        Mode(
            name: "slow momentum",
            change: {
                $0.averaging.outer = .slowMomentum
                $0.averaging.outerMomentum = 0.5
                $0.averaging.outerRate = 0.9
                $0.optimizer.schedule.shape = .exponential
                $0.optimizer.schedule.factor = 0.8
            },
            outer: { rule in
                for index in 0..<rule.parameters {
                    let faded = Float(0.5) * rule.velocity[index]
                    rule.velocity[index] = faded.addingProduct(
                        -(1 / rule.rate), rule.average[index])
                    rule.state[index] = rule.state[index].addingProduct(
                        -(Float(0.9) * rule.rate), rule.velocity[index])
                }
            }),
        Mode(
            name: "outer Nesterov",
            change: {
                $0.averaging.outer = .nesterov
                $0.averaging.outerRate = 0.7
                $0.averaging.outerMomentum = 0.9
            },
            outer: { rule in
                for index in 0..<rule.parameters {
                    let gradient = -rule.average[index]
                    rule.velocity[index] = gradient.addingProduct(0.9, rule.velocity[index])
                    let ahead = gradient.addingProduct(0.9, rule.velocity[index])
                    rule.state[index] = rule.state[index].addingProduct(-0.7, ahead)
                }
            }),
        Mode(name: "kept momentum") {
            $0.averagesOptimizerState = false
            $0.averaging.keepsOptimizerState = true
        },
        Mode(name: "kept moments of adam") {
            $0.averagesOptimizerState = false
            $0.averaging.keepsOptimizerState = true
            $0.optimizer.rule = .adam
            $0.optimizer.learningRate = 0.01
        },
        Mode(name: "elastic") {
            $0.averaging.outer = .elastic
            $0.averaging.outerRate = 0.8
        },
        Mode(name: "elastic, kept momentum") {
            $0.averaging.outer = .elastic
            $0.averaging.outerRate = 0.8
            $0.averagesOptimizerState = false
            $0.averaging.keepsOptimizerState = true
        },
        Mode(name: "bf16") {
            $0.averaging.compression = .bf16
            $0.stepsPerRound = 1
        },
        Mode(name: "int8") {
            $0.averaging.compression = .int8
            $0.stepsPerRound = 1
        },
        Mode(name: "int8, kept momentum, outer Nesterov") {
            $0.averaging.compression = .int8
            $0.stepsPerRound = 1
            $0.averagesOptimizerState = false
            $0.averaging.keepsOptimizerState = true
            $0.averaging.outer = .nesterov
            $0.averaging.outerRate = 0.7
            $0.averaging.outerMomentum = 0.5
        },
    ]

    private func expected(_ mode: Mode, _ bench: ExchangeBench, _ plan: TrainingPlan) throws
        -> [Float]
    {
        var weights: ((Int, Int) -> Float)?
        if bench.work.averaging.weighting == .samples {
            weights = { round, replica in
                let read = (0..<plan.replicas).map {
                    plan.samplesAsked(inRound: round, replica: $0)
                }
                return Float(read[replica]) / Float(read.reduce(0, +))
            }
        }
        if CarriedReference.isNeeded(bench.work) {
            return try CarriedReference(bench, plan).run()
        }
        guard let rule = mode.outer else { return try bench.reference(weights: weights) }
        let optimizer = try OptimizerConfiguration(
            bench.work.optimizer, averagesState: bench.work.averagesOptimizerState)
        let layout = try ParameterLayout(
            architecture: .multilayerPerceptron(hidden: bench.work.hiddenLayers),
            featureCount: bench.data.featureCount, classCount: bench.data.classCount)
        let count = layout.parameterCount
        var velocity = [Float](repeating: 0, count: count)
        return try bench.reference(weights: weights) { state, average, round in
            let step = Outer(
                state: state, velocity: velocity, average: average, parameters: count,
                rate: plan.learningRate(inRound: round, optimizer))
            rule(step)
            for index in count..<state.count { step.state[index] += average[index] }
            state = step.state
            velocity = step.velocity
        }
    }

    @Test(arguments: modes)
    func membersDoNotChangeABit(mode: Mode) throws {
        let bench = try ExchangeBench(mode.change)
        let alone = try bench.member("h0")
        try bench.run([alone])
        let expected = try expected(mode, bench, alone.session.plan)
        #expect(alone.averagedState == expected)
        #expect(alone.session.completeRounds == alone.session.totalRounds)
        for count in [2, 3] {
            let members = try (0..<count).map { try bench.member("h\(count)\($0)") }
            try bench.run(members)
            for member in members {
                #expect(member.averagedState == expected)
                #expect(member.session.stateDigest == alone.session.stateDigest)
                #expect(member.session.trailer == alone.session.trailer)
            }
        }
    }

    /// One leaves, one joins: the newcomer must get all of the state, the outer velocity too.
    @Test(arguments: modes)
    func joiningAndLeavingDoNotChangeABit(mode: Mode) throws {
        let bench = try ExchangeBench(mode.change)
        let first = try bench.member("a")
        let second = try bench.member("b")
        let total = first.session.totalRounds
        try bench.run([first, second], until: total / 3)
        let third = try bench.member("c")
        try bench.run([second, third], until: 2 * total / 3, lanes: [1, 3])
        let fourth = try bench.member("d")
        try bench.run([third, fourth])
        let expected = try expected(mode, bench, first.session.plan)
        #expect(third.averagedState == expected)
        #expect(fourth.averagedState == expected)
        #expect(third.session.stateDigest == fourth.session.stateDigest)
        #expect(third.session.trailer == fourth.session.trailer)
    }
}

extension AveragingModeTests {
    /// H is decided while trainers hold a state: the same bits as with the decision known before.
    @Test func aMeasuredLengthIsTakenOverAtItsRound() throws {
        let known = try ExchangeBench { work in
            work.averaging.interval = .measured
            work.averaging.choice = .init(round: 4, steps: 5)
        }
        let whole = try known.member("whole")
        try known.run([whole])
        let bench = try ExchangeBench { $0.averaging.interval = .measured }
        let members = [try bench.member("a"), try bench.member("b")]
        try bench.run(members, until: 4)
        for member in members { try member.session.adopt(.init(round: 4, steps: 5)) }
        try bench.run(members)
        for member in members {
            #expect(member.session.completeRounds == whole.session.totalRounds)
            #expect(member.session.stateDigest == whole.session.stateDigest)
            #expect(member.session.trailer == whole.session.trailer)
        }
    }
}
