/// How parameters follow gradients: part of what decides a job's bits.
///
/// Numbers that the rule or the schedule does not use stand at their defaults.
package struct OptimizerWork: Hashable, Sendable {
    /// The update rule.
    package enum Rule: UInt8, Sendable, CaseIterable {
        /// Gradient descent with momentum.
        case sgd = 1
        /// Adagrad.
        case adagrad = 2
        /// RMSprop.
        case rmsprop = 3
        /// Adadelta.
        case adadelta = 4
        /// Adam.
        case adam = 5
        /// Adam with decoupled weight decay.
        case adamw = 6
        /// Limited-memory BFGS over all rows.
        case lbfgs = 7

        /// The word of specs.
        package var word: String {
            switch self {
            case .sgd: "sgd"
            case .adagrad: "adagrad"
            case .rmsprop: "rmsprop"
            case .adadelta: "adadelta"
            case .adam: "adam"
            case .adamw: "adamw"
            case .lbfgs: "lbfgs"
            }
        }
    }

    /// How the step length moves during the job.
    package struct Schedule: Hashable, Sendable {
        /// The shape.
        package enum Shape: UInt8, Sendable, CaseIterable {
            /// The same always.
            case constant = 1
            /// Multiplied after so many passes.
            case step = 2
            /// Multiplied after every pass.
            case exponential = 3
            /// Half a cosine down.
            case cosine = 4
            /// A line up, then half a cosine down.
            case linearWarmupCosine = 5
            /// Divided by a power of the steps.
            case invscaling = 6
            /// Up and down, each half a cosine.
            case oneCycle = 7
            /// Multiplied when validation stops getting better.
            case plateau = 8

            /// The word of specs.
            package var word: String {
                switch self {
                case .constant: "constant"
                case .step: "step"
                case .exponential: "exponential"
                case .cosine: "cosine"
                case .linearWarmupCosine: "linearWarmupCosine"
                case .invscaling: "invscaling"
                case .oneCycle: "oneCycle"
                case .plateau: "plateau"
                }
            }
        }

        /// The shape.
        package var shape = Shape.constant
        /// Passes between two multiplications (step), or borne without improvement (plateau).
        package var epochs = 10
        /// The multiplier (step, exponential, plateau).
        package var factor: Float = 0.1
        /// The last rate as a share of the first (cosine, linearWarmupCosine), or the least one
        /// (plateau).
        package var minimum: Float = 0
        /// The share of steps that go up (linearWarmupCosine, oneCycle).
        package var warmup: Float = 0.1
        /// The exponent (invscaling).
        package var power: Float = 0.5

        /// The constant schedule.
        package init() {}
    }

    /// The update rule.
    package var rule: Rule
    /// The step length before the schedule.
    package var learningRate: Float
    /// The momentum factor, 0 ..< 1 (sgd, rmsprop).
    package var momentum: Float
    /// Whether momentum looks ahead (sgd).
    package var isNesterov = false
    /// The decay of the mean of squares, 0 ..< 1 (rmsprop, adadelta).
    package var decay: Float = 0.9
    /// The decay of the mean, 0 ..< 1 (adam, adamw).
    package var beta1: Float = 0.9
    /// The decay of the mean of squares, 0 ..< 1 (adam, adamw).
    package var beta2: Float = 0.999
    /// What keeps divisions finite (all but sgd).
    package var epsilon: Float = 1e-8
    /// Decoupled weight decay (adamw).
    package var weightDecay: Float = 0
    /// Pairs of differences that are kept (lbfgs).
    package var memory = 10
    /// The largest slope that counts as none (lbfgs).
    package var tolerance: Float = 1e-5
    /// The penalty on magnitudes of weights, not of biases.
    package var l1: Float = 0
    /// The penalty on squares of weights, halved, not of biases.
    package var l2: Float = 0
    /// The largest magnitude of a gradient's element; 0 means any.
    package var clipValue: Float = 0
    /// The largest norm of a gradient; 0 means any.
    package var clipNorm: Float = 0
    /// How the step length moves.
    package var schedule = Schedule()

    /// A rule with its step length; everything else at its default.
    package init(rule: Rule, learningRate: Float, momentum: Float = 0) {
        self.rule = rule
        self.learningRate = learningRate
        self.momentum = momentum
    }

    /// Gradient descent with momentum and nothing else.
    package static func sgd(learningRate: Float, momentum: Float) -> OptimizerWork {
        OptimizerWork(rule: .sgd, learningRate: learningRate, momentum: momentum)
    }

    /// Whether it is gradient descent with momentum and nothing else.
    package var isPlain: Bool {
        self == .sgd(learningRate: learningRate, momentum: momentum)
    }
}
