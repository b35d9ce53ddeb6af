/// What training makes small; formulas stand at `LossKernels` and `SoftmaxKernels`.
package enum Loss: Sendable, Hashable {
    /// Cross-entropy of softmax over one output per class; `smoothing` of a target spread evenly.
    case softmaxCrossEntropy(smoothing: Float)
    /// Two classes, one output: the second class's log-odds.
    case logistic
    /// Two classes, one output, or one output per class against the rest: a margin of 1.
    case hinge
    /// The square of ``hinge`` for each output.
    case squaredHinge
    /// The squared error.
    case squared
    /// The absolute error.
    case absolute
    /// The squared error halved up to `delta`, then a line.
    case huber(delta: Float)
    /// The error whose least mean is at this quantile, 0 <..< 1.
    case quantile(Float)
    /// Counts whose mean is e to the output.
    case poisson

    /// Whether rows have classes; otherwise they have numbers.
    package var isClassification: Bool {
        switch self {
        case .softmaxCrossEntropy, .logistic, .hinge, .squaredHinge: true
        case .squared, .absolute, .huber, .quantile, .poisson: false
        }
    }

    /// Outputs of the network for so many classes (0 with numbers as targets).
    package func outputCount(classes: Int) -> Int {
        switch self {
        case .softmaxCrossEntropy: classes
        case .hinge, .squaredHinge: classes == 2 ? 1 : classes
        case .logistic, .squared, .absolute, .huber, .quantile, .poisson: 1
        }
    }

    /// What an output is once it is a prediction.
    package enum Score: Sendable, Hashable {
        /// One probability per class.
        case probabilities
        /// One signed distance per class; the largest wins.
        case margins
        /// One number.
        case value
    }

    /// What predictions with this loss are.
    package var score: Score {
        switch self {
        case .softmaxCrossEntropy, .logistic: .probabilities
        case .hinge, .squaredHinge: .margins
        case .squared, .absolute, .huber, .quantile, .poisson: .value
        }
    }

    /// Numbers of a prediction: one per class, or one.
    package func scoreCount(classes: Int) -> Int { isClassification ? classes : 1 }
}
