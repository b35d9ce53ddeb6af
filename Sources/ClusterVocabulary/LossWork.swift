/// What training makes small, and how much classes count in it.
package struct LossWork: Hashable, Sendable {
    /// The losses people name.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Classes, by probability.
        case softmaxCrossEntropy = 1
        /// Two classes, by the odds of the second.
        case logistic = 2
        /// Classes, by a margin.
        case hinge = 3
        /// Classes, by the square of what lacks to a margin.
        case squaredHinge = 4
        /// Numbers, by the squared error.
        case squared = 5
        /// Numbers, by the absolute error.
        case absolute = 6
        /// Numbers, by the squared error up to `parameter`, then by the absolute one.
        case huber = 7
        /// Numbers, the quantile `parameter` of what they may be.
        case quantile = 8
        /// Counts, by the logarithm of their mean.
        case poisson = 9

        /// The word of specs.
        package var word: String { "\(self)" }

        /// Whether rows have classes; otherwise they have numbers.
        package var isClassification: Bool {
            switch self {
            case .softmaxCrossEntropy, .logistic, .hinge, .squaredHinge: true
            case .squared, .absolute, .huber, .quantile, .poisson: false
            }
        }
    }

    /// How the rows of each class count in training.
    package enum ClassWeighting: UInt8, Sendable, CaseIterable {
        /// All the same.
        case equal = 1
        /// So that every class counts as much as another.
        case balanced = 2
        /// As `classWeights` says; classes not named count 1.
        case named = 3
    }

    /// One class's weight.
    package struct ClassWeight: Hashable, Sendable {
        /// The class as the data writes it.
        package var name: String
        /// At least 0.
        package var weight: Float

        /// Takes both.
        package init(name: String, weight: Float) {
            self.name = name
            self.weight = weight
        }
    }

    /// At most so many classes have weights of their own.
    package static let mostClassWeights = 4_096

    /// The loss.
    package var kind: Kind
    /// Label smoothing (softmaxCrossEntropy), the bend (huber) or the quantile; 0 otherwise.
    package var parameter: Float
    /// How classes count.
    package var classWeighting = ClassWeighting.equal
    /// Weights by class, ordered by name.
    package var classWeights: [ClassWeight] = []

    /// A loss with all classes counting the same.
    package init(kind: Kind, parameter: Float = 0) {
        self.kind = kind
        self.parameter = parameter
    }

    /// Cross-entropy with nothing special.
    package static let plain = LossWork(kind: .softmaxCrossEntropy)
}
