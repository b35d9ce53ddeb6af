import Testing

@testable import Training

@Suite struct GradientTests {
    @Test(arguments: [
        ModelArchitecture.softmaxRegression,
        .multilayerPerceptron(hidden: [6]),
        .multilayerPerceptron(hidden: [7, 5, 4]),
    ])
    func oneStepFollowsTheFiniteDifferences(architecture: ModelArchitecture) throws {
        let data = try SampleData.clusters(rows: 11, features: 5, classes: 4)
        let plan = try TrainingPlan(
            replicas: 1,
            batchSize: 11,
            epochs: 1,
            every: 1,
            seed: 3,
            trainRows: 11
        )
        let trainer = try ReplicaTrainer(
            data: data,
            trainRows: SampleData.rows(11),
            standardization: nil,
            architecture: architecture,
            plan: plan,
            optimizer: OptimizerConfiguration(learningRate: 1, momentum: 0)
        )
        let state = SampleData.uniform(trainer.stateCount, lane: 9).map { $0 * 0.7 }
        var delta = [Float](repeating: 0, count: trainer.stateCount)
        let counts = trainer.run(replica: 0, round: 0, globalState: state, delta: &delta)
        let parameters = state.map { Double($0) }
        let reference = ReferenceNetwork(trainer.layout, data)
        let expectedLoss = reference.loss(parameters)
        #expect(abs((counts?.meanLoss ?? .nan) - expectedLoss) < 1e-5)
        var largest = 0.0
        for index in parameters.indices {
            var shifted = parameters
            shifted[index] += 1e-5
            let above = reference.loss(shifted)
            shifted[index] -= 2e-5
            let below = reference.loss(shifted)
            let expected = -(above - below) / 2e-5
            largest = max(largest, abs(expected))
            #expect(abs(Double(delta[index]) - expected) < 2e-5, "parameter \(index)")
        }
        #expect(largest > 0.01, "the gradient vanishes, the check shows nothing")
    }

    @Test func momentumAddsUpOverTheStepsOfARound() throws {
        let data = try SampleData.clusters(rows: 8, features: 3, classes: 2)
        let plan = try TrainingPlan(
            replicas: 1,
            batchSize: 8,
            epochs: 2,
            every: 2,
            seed: 3,
            trainRows: 8
        )
        func delta(momentum: Float, state: OptimizerConfiguration.StateAtAveraging) throws
            -> [Float]
        {
            let trainer = try ReplicaTrainer(
                data: data,
                trainRows: SampleData.rows(8),
                standardization: nil,
                architecture: .softmaxRegression,
                plan: plan,
                optimizer: OptimizerConfiguration(
                    learningRate: 1e-4,
                    momentum: momentum,
                    state: state
                )
            )
            var delta = [Float](repeating: 0, count: trainer.stateCount)
            let zero = [Float](repeating: 0, count: trainer.stateCount)
            _ = trainer.run(replica: 0, round: 0, globalState: zero, delta: &delta)
            return delta
        }
        // With a tiny step the gradient stays what it was: 2 steps give g + (0.5 g + g).
        let plain = try delta(momentum: 0, state: .average)
        let kept = try delta(momentum: 0.5, state: .average)
        let reset = try delta(momentum: 0.5, state: .reset)
        #expect(kept.count == 2 * plain.count)
        #expect(reset.count == plain.count)
        #expect(Array(kept.prefix(plain.count)) == reset)
        for index in plain.indices {
            #expect(abs(reset[index] - 1.25 * plain[index]) < 1e-3 * abs(plain[index]) + 1e-8)
            // Velocity after two steps is 1.5 g, and a plain step moves by 1e-4 g each.
            let velocity = kept[plain.count + index]
            #expect(abs(velocity + 1.5 * plain[index] / 2e-4) < 2e-3 * abs(velocity) + 1e-4)
        }
    }
}
