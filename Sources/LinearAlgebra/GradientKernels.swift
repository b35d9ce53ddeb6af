/// What is done to a gradient between the backward pass and the optimizer.
package enum GradientKernels {
    /// Adds the slope of the penalty `l1 * |w| + l2 / 2 * w²`; at 0 the first part has none.
    package static func addPenalty(
        _ gradient: UnsafeMutablePointer<Float>,
        parameters: UnsafePointer<Float>,
        count: Int,
        l1: Float,
        l2: Float
    ) {
        for index in 0..<count {
            let weight = parameters[index]
            let side: Float = weight > 0 ? l1 : (weight < 0 ? -l1 : 0)
            gradient[index] = (gradient[index] + side).addingProduct(l2, weight)
        }
    }

    /// Brings every element into -limit...limit; NaN stays NaN.
    package static func clip(
        _ gradient: UnsafeMutablePointer<Float>, count: Int, toValue limit: Float
    ) {
        for index in 0..<count {
            let value = gradient[index]
            let above = value > limit ? limit : value
            gradient[index] = above < -limit ? -limit : above
        }
    }

    /// Scales the vector down to the Euclidean norm `limit` when it is longer.
    ///
    /// The squares are summed in double precision in eight lanes, element i in lane i mod 8, and
    /// the lanes then in order: one defined value.
    package static func clip(
        _ gradient: UnsafeMutablePointer<Float>, count: Int, toNorm limit: Float
    ) {
        var lanes = SIMD8<Double>(repeating: 0)
        var index = 0
        while index &+ 8 <= count {
            let values = SIMD8<Double>(
                UnsafeRawPointer(gradient + index).loadUnaligned(as: SIMD8<Float>.self))
            lanes += values * values
            index &+= 8
        }
        for lane in 0..<(count &- index) {
            let value = Double(gradient[index &+ lane])
            lanes[lane] += value * value
        }
        var sum = 0.0
        for lane in 0..<8 { sum += lanes[lane] }
        let norm = sum.squareRoot()
        guard norm > Double(limit) else { return }
        let factor = Float(Double(limit) / norm)
        for index in 0..<count { gradient[index] *= factor }
    }
}
