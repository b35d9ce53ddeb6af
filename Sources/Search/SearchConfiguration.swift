/// Everything that fixes a search before its first trial.
package struct SearchConfiguration: Sendable, Hashable {
    /// Most objectives of a search.
    package static var objectiveLimit: Int { 16 }

    /// How values are chosen.
    package var algorithm: SearchAlgorithm
    /// What values may be.
    package var space: SearchSpace
    /// One for each objective.
    package var directions: [OptimizationDirection]
    /// Where all chance comes from.
    package var seed: UInt64
    /// Whether a combination that was tried may be suggested again once all others were, too.
    package var allowsRepeats: Bool

    /// Settings with the defaults most searches are well served by.
    package init(
        algorithm: SearchAlgorithm,
        space: SearchSpace,
        directions: [OptimizationDirection] = [.minimize],
        seed: UInt64 = 0,
        allowsRepeats: Bool = false
    ) {
        self.algorithm = algorithm
        self.space = space
        self.directions = directions
        self.seed = seed
        self.allowsRepeats = allowsRepeats
    }
}
