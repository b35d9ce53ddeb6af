/// Element-wise loops over whole buffers; each element is rounded once, so vector width and
/// unrolling cannot change bits.
enum VectorArithmetic {
    /// `out[i] = left[i] + right[i]`; nothing may overlap.
    static func add(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            out[index] = left[index] + right[index]
        }
    }

    /// `target[i] = target[i] + values[i]`; nothing may overlap.
    ///
    /// A loop of its own: with `out` equal to `left` the one above would fail the compiler's
    /// overlap check and run an element at a time.
    static func accumulate(
        _ values: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index] + values[index]
        }
    }

    /// `out[i] = values[i] * factor`; nothing may overlap.
    static func scale(
        _ values: UnsafePointer<Float>,
        by factor: Float,
        into out: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            out[index] = values[index] * factor
        }
    }

    /// `target[i] = target[i] + factor * values[i]`, one fused multiply-add; no overlap.
    static func accumulate(
        _ values: UnsafePointer<Float>,
        times factor: Float,
        into target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index].addingProduct(factor, values[index])
        }
    }

    /// The smallest magnitude a velocity keeps: below it stands 0, because decaying velocities
    /// would otherwise end as slow subnormal numbers.
    static let negligible: Float = 1e-30

    /// SlowMo's step; see ``OuterOptimizer``. Nothing may overlap.
    static func slowMomentumStep(
        _ delta: UnsafePointer<Float>,
        _ state: UnsafeMutablePointer<Float>,
        _ velocity: UnsafeMutablePointer<Float>,
        count: Int,
        momentum: Float,
        inverseRate: Float,
        stepLength: Float
    ) {
        for index in 0..<count {
            let sum = (momentum * velocity[index]).addingProduct(-inverseRate, delta[index])
            let updated = sum.magnitude < negligible ? 0 : sum
            velocity[index] = updated
            state[index] = state[index].addingProduct(-stepLength, updated)
        }
    }

    /// The outer Nesterov step; see ``OuterOptimizer``. Nothing may overlap.
    static func nesterovStep(
        _ delta: UnsafePointer<Float>,
        _ state: UnsafeMutablePointer<Float>,
        _ velocity: UnsafeMutablePointer<Float>,
        count: Int,
        momentum: Float,
        learningRate: Float
    ) {
        for index in 0..<count {
            let sum = (-delta[index]).addingProduct(momentum, velocity[index])
            let updated = sum.magnitude < negligible ? 0 : sum
            velocity[index] = updated
            let ahead = (-delta[index]).addingProduct(momentum, updated)
            state[index] = state[index].addingProduct(-learningRate, ahead)
        }
    }
}
