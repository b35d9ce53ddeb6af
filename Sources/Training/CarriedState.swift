/// What a replica carries from one round to the next beside the global state: the parts of one
/// flat block.
///
/// In order: the optimizer's vectors when every replica keeps its own; the replica's own
/// parameters in elastic averaging; what rounding its delta has lost so far.
package struct CarriedState: Sendable, Equatable {
    /// Elements of the optimizer's vectors; 0 when they are averaged or reset.
    package let vectorCount: Int
    /// Elements of the own parameters; 0 when replicas begin each round from the global ones.
    package let parameterCount: Int
    /// Elements of the residual; 0 when deltas are sent as they are.
    package let residualCount: Int
    /// The share of its distance from the centre that a replica gives up at an average.
    package let pull: Float

    /// A replica carries the optimizer's vectors if `keepsVectors`, own parameters if there is a
    /// `pull`, and a residual of `residualCount` elements.
    package init(
        optimizer: OptimizerConfiguration, layout: ParameterLayout, keepsVectors: Bool,
        pull: Float?, residualCount: Int
    ) {
        vectorCount = keepsVectors ? optimizer.rule.vectorCount * layout.parameterCount : 0
        parameterCount = pull == nil ? 0 : layout.parameterCount
        self.residualCount = residualCount
        self.pull = pull ?? 0
    }

    /// Elements of one replica's block.
    package var count: Int { vectorCount + parameterCount + residualCount }
    /// Where the own parameters begin.
    package var parameterOffset: Int { vectorCount }
    /// Where the residual begins.
    package var residualOffset: Int { vectorCount + parameterCount }

    /// One replica's block before a round and the one after it.
    package struct Block {
        /// What it carried into the round.
        package let before: UnsafePointer<Float>
        /// What it carries out of it.
        package let after: UnsafeMutablePointer<Float>

        /// Two blocks of ``CarriedState/count`` elements that do not overlap.
        package init(before: UnsafePointer<Float>, after: UnsafeMutablePointer<Float>) {
            self.before = before
            self.after = after
        }
    }
}
