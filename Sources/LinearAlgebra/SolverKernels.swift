/// Passes over flat vectors that solvers of whole problems need.
package enum SolverKernels {
    /// The inner product in double precision.
    ///
    /// Summed in eight lanes, element i in lane i mod 8, and the lanes then in order: one defined
    /// value.
    package static func dot(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int
    ) -> Double {
        var lanes = SIMD8<Double>(repeating: 0)
        var index = 0
        while index &+ 8 <= count {
            let first = SIMD8<Double>(
                UnsafeRawPointer(left + index).loadUnaligned(as: SIMD8<Float>.self))
            let second = SIMD8<Double>(
                UnsafeRawPointer(right + index).loadUnaligned(as: SIMD8<Float>.self))
            lanes += first * second
            index &+= 8
        }
        for lane in 0..<(count &- index) {
            lanes[lane] += Double(left[index &+ lane]) * Double(right[index &+ lane])
        }
        var sum = 0.0
        for lane in 0..<8 { sum += lanes[lane] }
        return sum
    }

    /// `target = target + factor * values`, element by element, fused.
    package static func add(
        _ values: UnsafePointer<Float>, times factor: Float,
        to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index].addingProduct(factor, values[index])
        }
    }

    /// `output = base + factor * direction`, element by element, fused.
    package static func move(
        from base: UnsafePointer<Float>, by factor: Float, along direction: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            output[index] = base[index].addingProduct(factor, direction[index])
        }
    }

    /// The largest magnitude of an element; NaN when one is not a number.
    package static func greatestMagnitude(
        _ values: UnsafePointer<Float>, count: Int
    ) -> Float {
        var greatest: Float = 0
        for index in 0..<count where !(values[index].magnitude <= greatest) {
            greatest = values[index].magnitude
            if greatest.isNaN { return greatest }
        }
        return greatest
    }

    /// The sum of all magnitudes, in order.
    package static func magnitudeSum(_ values: UnsafePointer<Float>, count: Int) -> Double {
        var sum = 0.0
        for index in 0..<count { sum += Double(values[index].magnitude) }
        return sum
    }
}
