/// How parameters follow gradients, and what becomes of the optimizer's state at an average.
package struct OptimizerConfiguration: Sendable, Hashable {
    /// What happens to the state of each replica's optimizer when parameters are averaged.
    package enum StateAtAveraging: String, Sendable, Hashable, CaseIterable {
        /// It is averaged like the parameters and part of the global state.
        case average
        /// Each round starts from zero state.
        case reset
    }

    /// The update rule with its own numbers; formulas stand at `OptimizerKernels`.
    package enum Rule: Sendable, Hashable {
        /// Gradient descent; `momentum` in 0..<1, 0 is plain descent.
        case sgd(momentum: Float, isNesterov: Bool)
        /// Steps divided by the root of all squares so far.
        case adagrad(epsilon: Float)
        /// Steps divided by the root of a decaying mean of squares.
        case rmsprop(decay: Float, epsilon: Float, momentum: Float)
        /// Steps in the units of the parameters.
        case adadelta(decay: Float, epsilon: Float)
        /// Adam, or AdamW when `weightDecay` is above 0.
        case adam(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
        /// L-BFGS over all rows (``LBFGSSolver``): keeps so many pairs, ends at a slope below the
        /// tolerance. Replicas compute their share of the gradient and no steps.
        case lbfgs(memory: Int, tolerance: Float)

        /// Vectors as long as the parameters that the rule keeps between steps.
        package var vectorCount: Int {
            switch self {
            case .sgd(let momentum, _): momentum > 0 ? 1 : 0
            case .adagrad: 1
            case .rmsprop(_, _, let momentum): momentum > 0 ? 2 : 1
            case .adadelta, .adam: 2
            case .lbfgs: 0
            }
        }
    }

    /// What is done to a gradient before the rule sees it; 0 means nothing.
    package struct Shaping: Sendable, Hashable {
        /// Penalty on the magnitude of weights; biases have none.
        package var l1: Float
        /// Penalty on the square of weights, halved; biases have none.
        package var l2: Float
        /// The largest magnitude of one element, penalties included.
        package var clipValue: Float
        /// The largest Euclidean norm of the whole gradient, after the other clipping.
        package var clipNorm: Float

        /// Takes the numbers.
        package init(l1: Float = 0, l2: Float = 0, clipValue: Float = 0, clipNorm: Float = 0) {
            self.l1 = l1
            self.l2 = l2
            self.clipValue = clipValue
            self.clipNorm = clipNorm
        }
    }

    /// Step size before the schedule, positive.
    package let learningRate: Float
    /// The update rule.
    package let rule: Rule
    /// How the step size moves.
    package let schedule: LearningRateSchedule
    /// What is done to gradients first.
    package let shaping: Shaping
    /// The fate of the rule's state at an average; without effect when it has none.
    package let state: StateAtAveraging
    /// Decay per step of the average of all parameters so far, 0..<1; 0 means none is kept.
    package let averageDecay: Float

    /// Checks the numbers.
    package init(
        learningRate: Float,
        rule: Rule,
        schedule: LearningRateSchedule = .constant,
        shaping: Shaping = Shaping(),
        state: StateAtAveraging = .average,
        averageDecay: Float = 0
    ) throws(TrainingRefusal) {
        guard learningRate > 0, learningRate.isFinite else { throw .badLearningRate(learningRate) }
        for (name, share) in Self.shares(of: rule, schedule) where !(share >= 0 && share < 1) {
            if name == "momentum" { throw .badMomentum(share) }
            throw .badOptimizerNumber(name: name, value: share, allowed: "at least 0 and below 1")
        }
        for (name, amount) in Self.amounts(of: rule, schedule, shaping)
        where !(amount >= 0 && amount.isFinite) {
            throw .badOptimizerNumber(name: name, value: amount, allowed: "a number of at least 0")
        }
        self.learningRate = learningRate
        self.rule = rule
        self.schedule = schedule
        self.shaping = shaping
        self.state = state
        self.averageDecay = averageDecay
        guard averageDecay >= 0, averageDecay < 1 else {
            throw .badOptimizerNumber(
                name: "ema decay", value: averageDecay, allowed: "at least 0 and below 1")
        }
        try checkFullBatch()
    }

    /// Plain gradient descent with momentum.
    package init(
        learningRate: Float,
        momentum: Float,
        state: StateAtAveraging = .average
    ) throws(TrainingRefusal) {
        try self.init(
            learningRate: learningRate, rule: .sgd(momentum: momentum, isNesterov: false),
            state: state)
    }

    /// Whether the global state holds the rule's vectors behind the parameters.
    package var vectorsAreInState: Bool { rule.vectorCount > 0 && state == .average }

    /// Elements of the global state: parameters, buffers (batch normalisation), then the rule's
    /// vectors if they are part of it, then the parameters' average if one is kept.
    package func stateCount(_ layout: ParameterLayout) -> Int {
        averageOffset(layout) + (averageDecay > 0 ? layout.parameterCount : 0)
    }

    /// Where the parameters' average begins in the global state.
    package func averageOffset(_ layout: ParameterLayout) -> Int {
        layout.valueCount + (vectorsAreInState ? rule.vectorCount * layout.parameterCount : 0)
    }

    /// Writes the values a state stands for: its parameters, or their average where one is kept,
    /// and its buffers. `out` holds `valueCount` elements.
    package func writeModel(
        of state: UnsafePointer<Float>, _ layout: ParameterLayout,
        into out: UnsafeMutablePointer<Float>
    ) {
        out.update(from: state, count: layout.valueCount)
        if isFullBatch {
            // The accepted point; the parameters are those under trial.
            out.update(from: state + stateCount(layout), count: layout.parameterCount)
        }
        guard averageDecay > 0 else { return }
        out.update(from: state + averageOffset(layout), count: layout.parameterCount)
    }

    /// Whether replicas give the gradient of all their rows and one solver takes the steps.
    package var isFullBatch: Bool {
        if case .lbfgs = rule { true } else { false }
    }

    /// What goes with a rule that wants one smooth function: no chance, no steps of replicas.
    private func checkFullBatch() throws(TrainingRefusal) {
        guard case .lbfgs(let memory, _) = rule else { return }
        try PlanLimits.check("lbfgs memory", memory, 1, LBFGSSolver.mostPairs)
        let steps = shaping.l1 > 0 || shaping.clipValue > 0 || shaping.clipNorm > 0
        if steps { throw .notWithFullBatch("l1 and gradient clipping") }
        if schedule != .constant { throw .notWithFullBatch("a learning-rate schedule") }
        if averageDecay > 0 { throw .notWithFullBatch("an average of the weights") }
    }

    private static func shares(
        of rule: Rule, _ schedule: LearningRateSchedule
    ) -> [(String, Float)] {
        var shares: [(String, Float)] =
            switch rule {
            case .sgd(let momentum, _): [("momentum", momentum)]
            case .adagrad, .lbfgs: []
            case .rmsprop(let decay, _, let momentum): [("decay", decay), ("momentum", momentum)]
            case .adadelta(let decay, _): [("decay", decay)]
            case .adam(let beta1, let beta2, _, _): [("beta1", beta1), ("beta2", beta2)]
            }
        if case .warmupCosine(let warmup, _) = schedule { shares.append(("warmup", warmup)) }
        if case .oneCycle(let rise) = schedule { shares.append(("rise", rise)) }
        return shares
    }

    private static func amounts(
        of rule: Rule, _ schedule: LearningRateSchedule, _ shaping: Shaping
    ) -> [(String, Float)] {
        var amounts = [
            ("l1", shaping.l1), ("l2", shaping.l2), ("clipValue", shaping.clipValue),
            ("clipNorm", shaping.clipNorm),
        ]
        switch rule {
        case .sgd: break
        case .adagrad(let epsilon), .rmsprop(_, let epsilon, _), .adadelta(_, let epsilon):
            amounts.append(("epsilon", epsilon))
        case .adam(_, _, let epsilon, let weightDecay):
            amounts += [("epsilon", epsilon), ("weightDecay", weightDecay)]
        case .lbfgs(_, let tolerance): amounts.append(("tolerance", tolerance))
        }
        switch schedule {
        case .constant, .oneCycle: break
        case .step(_, let factor), .exponential(let factor): amounts.append(("factor", factor))
        case .cosine(let minimum), .warmupCosine(_, let minimum):
            amounts.append(("minimum", minimum))
        case .inverseScaling(let power): amounts.append(("power", power))
        }
        return amounts
    }
}
