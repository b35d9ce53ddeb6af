/// Stochastic gradient descent with momentum, and what becomes of its velocity at an average.
package struct OptimizerConfiguration: Sendable, Hashable {
    /// What happens to the velocity of each replica when parameters are averaged.
    package enum StateAtAveraging: String, Sendable, Hashable, CaseIterable {
        /// It is averaged like the parameters and part of the global state.
        case average
        /// Each round starts from zero velocity.
        case reset
    }

    /// Step size, positive.
    package let learningRate: Float
    /// Share of the velocity that is kept each step, in 0..<1; 0 is plain descent.
    package let momentum: Float
    /// The fate of the velocity at an average; without effect when momentum is 0.
    package let state: StateAtAveraging

    /// Checks the numbers.
    package init(
        learningRate: Float,
        momentum: Float,
        state: StateAtAveraging = .average
    ) throws(TrainingRefusal) {
        guard learningRate > 0, learningRate.isFinite else { throw .badLearningRate(learningRate) }
        guard momentum >= 0, momentum < 1 else { throw .badMomentum(momentum) }
        self.learningRate = learningRate
        self.momentum = momentum
        self.state = state
    }

    /// Whether the global state holds the velocity behind the parameters.
    package var velocityIsInState: Bool { momentum > 0 && state == .average }

    /// Elements of the global state: parameters, then the velocity if it is part of it.
    package func stateCount(parameterCount: Int) -> Int {
        velocityIsInState ? 2 * parameterCount : parameterCount
    }
}
