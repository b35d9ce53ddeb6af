import Testing
import Training

@Suite struct ParameterLayoutTests {
    @Test func tensorsStandOneAfterTheOther() throws {
        let layout = try ParameterLayout(
            architecture: .multilayerPerceptron(hidden: [256]),
            featureCount: 784,
            classCount: 10
        )
        #expect(layout.parameterCount == 203_530)
        #expect(
            layout.tensors.map(\.name)
                == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]
        )
        #expect(layout.tensors.map(\.shape) == [[256, 784], [256], [10, 256], [10]])
        #expect(layout.tensors.map(\.offset) == [0, 200_704, 200_960, 203_520])
    }

    @Test func initialValuesFollowTheirRule() throws {
        let layout = try ParameterLayout(
            architecture: .multilayerPerceptron(hidden: [40]),
            featureCount: 30,
            classCount: 5
        )
        let optimizer = try OptimizerConfiguration(learningRate: 1, momentum: 0.5)
        let state = layout.initialState(optimizer: optimizer, seed: 11)
        #expect(state.count == 2 * layout.parameterCount)
        let he = Float((6.0 / 30).squareRoot())
        let hidden = state[0..<1200]
        #expect(hidden.allSatisfy { abs($0) <= he })
        #expect((hidden.max() ?? 0) > 0.9 * he && (hidden.min() ?? 0) < -0.9 * he)
        #expect(state[1200..<1240].allSatisfy { $0 == 0 })
        let glorot = Float((6.0 / 45).squareRoot())
        #expect(state[1240..<1440].allSatisfy { abs($0) <= glorot })
        #expect(state[1440...].allSatisfy { $0 == 0 })
        #expect(state == layout.initialState(optimizer: optimizer, seed: 11))
        #expect(state != layout.initialState(optimizer: optimizer, seed: 12))
    }

    @Test func regressionStartsAtZero() throws {
        let layout = try ParameterLayout(
            architecture: .softmaxRegression,
            featureCount: 3,
            classCount: 2
        )
        let optimizer = try OptimizerConfiguration(learningRate: 1, momentum: 0.5, state: .reset)
        let state = layout.initialState(optimizer: optimizer, seed: 1)
        #expect(state == [Float](repeating: 0, count: 8))
    }

    @Test(arguments: [
        [0], [-1], [Int.max], [1 << 24, 1 << 24], [Int](repeating: 2, count: 256),
    ])
    func impossibleWidthsAreRefused(hidden: [Int]) {
        #expect(throws: TrainingRefusal.self) {
            try ParameterLayout(
                architecture: .multilayerPerceptron(hidden: hidden),
                featureCount: 3,
                classCount: 2
            )
        }
    }

    @Test(arguments: [(Float(0), Float(0)), (-1, 0), (.nan, 0), (.infinity, 0), (1, 1), (1, -0.1)])
    func impossibleOptimizersAreRefused(learningRate: Float, momentum: Float) {
        #expect(throws: TrainingRefusal.self) {
            try OptimizerConfiguration(learningRate: learningRate, momentum: momentum)
        }
    }
}
