/// How the averaged delta of a round changes the global parameters.
///
/// Every worker applies it to its own copy of the state and of the outer velocity; it is
/// element-wise with explicit fused multiply-adds, so all copies stay equal bit for bit. Below, d
/// is the averaged delta (mean of the replicas' parameters minus the global ones).
package enum OuterOptimizer: Sendable, Hashable {
    /// Plain parameter averaging: `x = x + d`.
    case average

    /// SlowMo (Wang et al. 2019): `u = momentum * u - d / rate`, `x = x - learningRate * rate * u`,
    /// rate being the inner learning rate of the round's first step.
    case slowMomentum(momentum: Float, learningRate: Float)

    /// DiLoCo (Douillard et al. 2023), PyTorch's SGD with Nesterov momentum on the outer gradient
    /// -d: `u = momentum * u - d`, `x = x - learningRate * (momentum * u - d)`.
    case nesterov(learningRate: Float, momentum: Float)

    /// EASGD, synchronous (Zhang, Choromanska and LeCun 2015): the centre `x = x + movingRate * d`;
    /// each replica then moves towards the old centre by movingRate / R of its distance.
    case elastic(movingRate: Float)

    /// Vectors as long as the parameters that the rule keeps between rounds.
    package var vectorCount: Int {
        switch self {
        case .average, .elastic: 0
        case .slowMomentum, .nesterov: 1
        }
    }

    /// Plain addition: `state[i] = state[i] + averagedDelta[i]` for `count` elements.
    ///
    /// What every rule does to the part of the state behind the parameters. The buffers must not
    /// overlap.
    package static func add(
        averagedDelta: UnsafePointer<Float>, to state: UnsafeMutablePointer<Float>, count: Int
    ) {
        VectorArithmetic.accumulate(averagedDelta, into: state, count: count)
    }

    /// One outer step over `count` parameters; any part of them may be stepped by itself.
    ///
    /// `velocity` holds ``vectorCount`` vectors of `count` elements, zero before the first round;
    /// `innerRate` is the inner learning rate at the round's start, positive. No buffer may
    /// overlap another.
    package func apply(
        averagedDelta: UnsafePointer<Float>,
        to state: UnsafeMutablePointer<Float>,
        velocity: UnsafeMutablePointer<Float>?,
        count: Int,
        innerRate: Float
    ) {
        switch self {
        case .average:
            VectorArithmetic.accumulate(averagedDelta, into: state, count: count)
        case .elastic(let movingRate):
            VectorArithmetic.accumulate(
                averagedDelta, times: movingRate, into: state, count: count)
        case .slowMomentum(let momentum, let learningRate):
            guard let velocity else { preconditionFailure("the rule needs its velocity") }
            VectorArithmetic.slowMomentumStep(
                averagedDelta, state, velocity, count: count, momentum: momentum,
                inverseRate: 1 / innerRate, stepLength: learningRate * innerRate)
        case .nesterov(let learningRate, let momentum):
            guard let velocity else { preconditionFailure("the rule needs its velocity") }
            VectorArithmetic.nesterovStep(
                averagedDelta, state, velocity, count: count, momentum: momentum,
                learningRate: learningRate)
        }
    }
}
