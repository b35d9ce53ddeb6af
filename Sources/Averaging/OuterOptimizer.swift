/// How the averaged delta of a round changes the global parameters.
///
/// Every worker applies it to its own copy of the state; it is element-wise, so all copies stay
/// equal bit for bit.
package enum OuterOptimizer: Sendable, Hashable {
    /// Plain parameter averaging: outer learning rate 1, no outer momentum.
    case average

    /// One outer step: `state[i] = state[i] + averagedDelta[i]` for `count` elements.
    ///
    /// The buffers must not overlap. Any part of the state may be stepped by itself.
    package func apply(
        averagedDelta: UnsafePointer<Float>,
        to state: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        switch self {
        case .average:
            VectorArithmetic.accumulate(averagedDelta, into: state, count: count)
        }
    }
}
