/// What a job decides from its own validation: part of what decides its bits.
package struct SteeringWork: Hashable, Sendable {
    /// The figure that is watched, measured after every epoch.
    package enum Monitor: UInt8, Sendable, CaseIterable {
        /// The loss on the validation rows; less is better.
        case validationLoss = 1
        /// The share of right classes among them; more is better.
        case validationAccuracy = 2

        /// The word of specs.
        package var word: String {
            switch self {
            case .validationLoss: "validation.loss"
            case .validationAccuracy: "validation.accuracy"
            }
        }
    }

    /// The figure that is watched.
    package var monitor = Monitor.validationLoss
    /// Epochs without a better figure after which training stops; 0 means never.
    package var patience = 0
    /// By how much a figure must be better to count.
    package var leastChange: Float = 0
    /// Whether the model is that of the best epoch; otherwise that of the last.
    package var restoresBest = false
    /// Decay per step of the average of all parameters so far, which becomes the model; 0 means
    /// none.
    package var averageDecay: Float = 0

    /// Decides nothing.
    package init() {}
}
