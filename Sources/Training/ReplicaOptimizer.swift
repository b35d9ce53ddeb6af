import LinearAlgebra

/// The optimizer of one replica while it computes a round: the rule's vectors and its steps.
///
/// The vectors stand one after the other in one buffer of `vectorCount * parameterCount` elements,
/// as they do behind parameters and buffers in the global state: velocity (sgd); sum of squares
/// (adagrad); mean of squares, velocity (rmsprop); mean of squares, mean of squared updates
/// (adadelta); mean, mean of squares (adam).
final class ReplicaOptimizer {
    private let configuration: OptimizerConfiguration
    private let layout: ParameterLayout
    private let plan: TrainingPlan
    private let vectors: FloatBuffer
    /// Whether every replica keeps its own vectors over the averages.
    private let keepsVectors: Bool

    init(
        _ configuration: OptimizerConfiguration, layout: ParameterLayout, plan: TrainingPlan,
        keepsVectors: Bool = false
    ) {
        self.keepsVectors = keepsVectors
        self.configuration = configuration
        self.layout = layout
        self.plan = plan
        vectors = FloatBuffer(count: configuration.rule.vectorCount * layout.parameterCount)
    }

    /// Takes the vectors over from behind the values of the global state, or starts from zero.
    func begin(from globalState: UnsafePointer<Float>) {
        if configuration.vectorsAreInState {
            vectors.load(from: globalState + layout.valueCount)
        } else {
            vectors.clear()
        }
    }

    /// Takes the vectors over that this replica kept.
    func begin(fromVectors kept: UnsafePointer<Float>) {
        vectors.load(from: kept)
    }

    /// Writes the vectors as they are.
    func writeVectors(into kept: UnsafeMutablePointer<Float>) {
        kept.update(from: vectors.pointer, count: vectors.count)
    }

    /// Writes how far the vectors moved behind the parameters' part of the delta, if they are part
    /// of the state.
    func writeDelta(
        from globalState: UnsafePointer<Float>, into delta: UnsafeMutablePointer<Float>
    ) {
        guard configuration.vectorsAreInState else { return }
        let start = layout.valueCount
        VectorKernels.subtract(
            vectors.pointer, globalState + start, into: delta + start, count: vectors.count)
    }

    /// One update of the parameters by their gradient, which it may change.
    ///
    /// `step` is the global one; `roundStart` the first of its round, from which a state that is
    /// reset at every average counts its age; `rateFactor` multiplies the schedule's rate.
    func take(
        step: Int, roundStart: Int, parameters: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>, rateFactor: Float = 1
    ) {
        shape(gradient, parameters)
        let count = layout.parameterCount
        let rate = rate(step: step, rateFactor: rateFactor)
        let first = vectors.pointer
        switch configuration.rule {
        case .lbfgs: preconditionFailure("full-batch replicas take no steps")
        case .sgd(let momentum, _) where momentum == 0:
            VectorKernels.plainStep(
                parameters: parameters, gradient: gradient, count: count, learningRate: rate)
        case .sgd(let momentum, false):
            VectorKernels.momentumStep(
                parameters: parameters, velocity: first, gradient: gradient, count: count,
                learningRate: rate, momentum: momentum)
        case .sgd(let momentum, true):
            OptimizerKernels.nesterovStep(
                parameters: parameters, velocity: first, gradient: gradient, count: count,
                learningRate: rate, momentum: momentum)
        case .adagrad(let epsilon):
            OptimizerKernels.adagradStep(
                parameters: parameters, squares: first, gradient: gradient, count: count,
                learningRate: rate, epsilon: epsilon)
        case .rmsprop(let decay, let epsilon, let momentum):
            OptimizerKernels.rmspropStep(
                parameters: parameters, squares: first,
                velocity: momentum > 0 ? first + count : nil, gradient: gradient, count: count,
                learningRate: rate, decay: decay, epsilon: epsilon, momentum: momentum)
        case .adadelta(let decay, let epsilon):
            OptimizerKernels.adadeltaStep(
                parameters: parameters, squares: first, updates: first + count,
                gradient: gradient, count: count, learningRate: rate, decay: decay,
                epsilon: epsilon)
        case .adam(let beta1, let beta2, let epsilon, let weightDecay):
            let isKept = configuration.vectorsAreInState || keepsVectors
            let age = isKept ? step + 1 : step - roundStart + 1
            OptimizerKernels.adamStep(
                parameters: parameters, means: first, squares: first + count, gradient: gradient,
                count: count,
                rule: OptimizerKernels.AdamRule(
                    learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
                    weightDecay: weightDecay,
                    correction1: Self.correction(beta1, age),
                    correction2: Self.correction(beta2, age)))
        }
    }

    /// The learning rate of a global step.
    func rate(step: Int, rateFactor: Float) -> Float {
        configuration.schedule.rate(
            base: configuration.learningRate, step: step,
            epoch: step * plan.rowsPerStep / plan.trainRows, totalSteps: plan.totalSteps)
            * rateFactor
    }

    /// `1 - beta^age`.
    private static func correction(_ beta: Float, _ age: Int) -> Float {
        Float(1 - LearningRateSchedule.power(Double(beta), age))
    }

    /// Penalties on weights alone, then clipping.
    private func shape(
        _ gradient: UnsafeMutablePointer<Float>, _ parameters: UnsafePointer<Float>
    ) {
        let shaping = configuration.shaping
        if shaping.l1 > 0 || shaping.l2 > 0 {
            for part in layout.penalized {
                GradientKernels.addPenalty(
                    gradient + part.lowerBound, parameters: parameters + part.lowerBound,
                    count: part.count, l1: shaping.l1, l2: shaping.l2)
            }
        }
        if shaping.clipValue > 0 {
            GradientKernels.clip(
                gradient, count: layout.parameterCount, toValue: shaping.clipValue)
        }
        if shaping.clipNorm > 0 {
            GradientKernels.clip(gradient, count: layout.parameterCount, toNorm: shaping.clipNorm)
        }
    }
}
