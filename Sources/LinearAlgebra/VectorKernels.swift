/// Passes over flat vectors: optimizer updates and differences, each in one sweep.
package enum VectorKernels {
    /// One step of gradient descent with momentum over `count` parameters.
    ///
    /// `v = momentum * v + g`, 0 where negligible (`ElementaryFunctions.negligible`: the velocity
    /// of an idle unit would otherwise decay into slow subnormal numbers); `w = w - rate * v`.
    /// Both are single fused multiply-adds.
    package static func momentumStep(
        parameters: UnsafeMutablePointer<Float>,
        velocity: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float,
        momentum: Float
    ) {
        let negligible = ElementaryFunctions.negligible
        let negativeRate = -learningRate
        for index in 0..<count {
            let sum = gradient[index].addingProduct(momentum, velocity[index])
            let updated = sum.magnitude < negligible ? 0 : sum
            velocity[index] = updated
            parameters[index] = parameters[index].addingProduct(negativeRate, updated)
        }
    }

    /// One step of plain gradient descent: `w = w - rate * g`, one fused multiply-add.
    package static func plainStep(
        parameters: UnsafeMutablePointer<Float>,
        gradient: UnsafePointer<Float>,
        count: Int,
        learningRate: Float
    ) {
        let negativeRate = -learningRate
        for index in 0..<count {
            parameters[index] = parameters[index].addingProduct(negativeRate, gradient[index])
        }
    }

    /// `target = target + factor * values`, one fused multiply-add each; no overlap.
    package static func accumulate(
        _ values: UnsafePointer<Float>,
        times factor: Float,
        into target: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index].addingProduct(factor, values[index])
        }
    }

    /// `values = factor * values`, element by element.
    package static func scale(
        _ values: UnsafeMutablePointer<Float>, by factor: Float, count: Int
    ) {
        for index in 0..<count {
            values[index] = values[index] * factor
        }
    }

    /// `output = left - right`, element by element.
    package static func subtract(
        _ left: UnsafePointer<Float>,
        _ right: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        for index in 0..<count {
            output[index] = left[index] - right[index]
        }
    }
}

extension VectorKernels {
    /// `target = target + values`, element by element.
    package static func add(
        _ values: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count { target[index] += values[index] }
    }

    /// `output = values²`, element by element.
    package static func square(
        _ values: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count { output[index] = values[index] * values[index] }
    }

    /// `target = target + values²`, element by element, fused.
    package static func addSquares(
        _ values: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index].addingProduct(values[index], values[index])
        }
    }

    /// `target = target - left * right`, element by element, fused.
    package static func subtractProducts(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
        from target: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            target[index] = target[index].addingProduct(-left[index], right[index])
        }
    }
}
