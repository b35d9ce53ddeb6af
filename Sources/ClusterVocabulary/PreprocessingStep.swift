/// One step of what is done to the columns of a set before a model sees them.
///
/// Steps are fitted in order, each on the training rows alone as the steps before it leave them.
package struct PreprocessingStep: Hashable, Sendable {
    /// What a step does. Numbers are part of the wire format.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Puts a value where there is none.
        case impute = 1
        /// Mean 0 and deviation 1.
        case standardize = 2
        /// From `lower` to `upper`, 0 to 1 unless stated.
        case minMax = 3
        /// Nothing below `lower` nor above `upper`.
        case clip = 4
        /// One column of 0 and 1 for each text.
        case oneHot = 5
        /// One of `count` columns for each text, chosen by the text's digest.
        case hash = 6
        /// The place of the text in the order of all texts.
        case ordinal = 7
        /// Mean 0 and deviation 1 of the number to predict; predictions are scaled back.
        case standardizeTarget = 8
        /// Rows of rare classes are drawn several times until all classes are equally frequent.
        case oversample = 9
    }

    /// What a missing value becomes. Numbers are part of the wire format.
    package enum Strategy: UInt8, Sendable, CaseIterable {
        case mean = 1
        case median = 2
        case mostFrequent = 3
        case constant = 4
    }

    /// What it does.
    package var kind: Kind
    /// The columns by name; none means all that the step can be applied to.
    package var columns: [String]
    /// For `impute`: how the value is found.
    package var strategy: Strategy
    /// For `impute` with a constant: the value as written.
    package var constant: String
    /// For `minMax` and `clip`: the lower end.
    package var lower: Double
    /// For `minMax` and `clip`: the upper end.
    package var upper: Double
    /// For `clip`: whether the ends are shares of the training rows and not values.
    package var usesQuantiles: Bool
    /// For `hash`: the columns it makes.
    package var count: Int

    /// Makes a step; what its kind does not use stays as it is.
    package init(
        _ kind: Kind, columns: [String] = [], strategy: Strategy = .mean, constant: String = "",
        lower: Double = 0, upper: Double = 1, usesQuantiles: Bool = false, count: Int = 0
    ) {
        self.kind = kind
        self.columns = columns
        self.strategy = strategy
        self.constant = constant
        self.lower = lower
        self.upper = upper
        self.usesQuantiles = usesQuantiles
        self.count = count
    }

    /// The word of the spec.
    package var word: String {
        switch kind {
        case .impute: "impute"
        case .standardize: "standardize"
        case .minMax: "minMax"
        case .clip: "clip"
        case .oneHot: "oneHot"
        case .hash: "hash"
        case .ordinal: "ordinal"
        case .standardizeTarget: "standardizeTarget"
        case .oversample: "oversample"
        }
    }

    /// The most steps of a job.
    package static let most = 32
    /// The most columns a step names.
    package static let mostColumns = 1_024
    /// Columns a hash may make.
    package static let hashCounts = 2...65_536
}

/// What is done to rows and columns before training, beyond the plain standardizing of numbers.
package struct PreprocessingWork: Hashable, Sendable {
    /// The steps in their order; none when numbers are only standardized or left as they are.
    package var steps: [PreprocessingStep]
    /// Whether every class is split in the same shares.
    package var isStratified: Bool

    /// Nothing, unless told otherwise.
    package init(steps: [PreprocessingStep] = [], isStratified: Bool = false) {
        self.steps = steps
        self.isStratified = isStratified
    }
}
