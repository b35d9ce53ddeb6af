/// Activations and their slopes over flat vectors, in place.
///
/// NaN stays NaN, so that a diverged model shows in its loss. Gradients that are negligible
/// (`ElementaryFunctions.negligible`) become 0.
package enum ActivationKernels {
    /// `x < 0 ? slope * x : x`.
    package static func leakyRectify(
        _ values: UnsafeMutablePointer<Float>, count: Int, slope: Float
    ) {
        for index in 0..<count {
            let x = values[index]
            values[index] = x < 0 ? slope * x : x
        }
    }

    /// Gradient through ``leakyRectify(_:count:slope:)``; `output` is what it gave.
    package static func leakyRectifyBackward(
        gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int,
        slope: Float
    ) {
        for index in 0..<count {
            gradient[index] = kept(gradient[index] * (output[index] > 0 ? 1 : slope))
        }
    }

    /// The hyperbolic tangent.
    package static func tanh(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count { values[index] = ElementaryFunctions.tanh(values[index]) }
    }

    /// Gradient through ``tanh(_:count:)``: times `1 - y²`, y being what it gave.
    package static func tanhBackward(
        gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            let y = output[index]
            gradient[index] = kept(gradient[index] * Float(1).addingProduct(-y, y))
        }
    }

    /// The logistic function.
    package static func sigmoid(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count { values[index] = ElementaryFunctions.sigmoid(values[index]) }
    }

    /// Gradient through ``sigmoid(_:count:)``: times `y * (1 - y)`, y being what it gave.
    package static func sigmoidBackward(
        gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            let y = output[index]
            gradient[index] = kept(gradient[index] * (y * (1 - y)))
        }
    }

    /// Gaussian error linear units, `x * Φ(x)` with the normal distribution Φ (Hendrycks and
    /// Gimpel 2016); writes the slopes `Φ(x) + x * φ(x)` when asked.
    package static func gelu(
        _ values: UnsafeMutablePointer<Float>, count: Int, slopes: UnsafeMutablePointer<Float>?
    ) {
        let rootOfHalf: Float = 0.707_106_781_186_547_5
        let peak: Float = 0.398_942_280_401_432_7
        guard let slopes else {
            for index in 0..<count {
                let x = values[index]
                let share = 0.5 * (1 + ElementaryFunctions.erf(x * rootOfHalf))
                values[index] = x * share
            }
            return
        }
        for index in 0..<count {
            let x = values[index]
            let share = 0.5 * (1 + ElementaryFunctions.erf(x * rootOfHalf))
            let density = peak * ElementaryFunctions.exp(-0.5 * (x * x))
            values[index] = x * share
            slopes[index] = share.addingProduct(x, density)
        }
    }

    /// The approximation of ``gelu(_:count:slopes:)`` by a hyperbolic tangent,
    /// `0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))`.
    package static func geluTanh(
        _ values: UnsafeMutablePointer<Float>, count: Int, slopes: UnsafeMutablePointer<Float>?
    ) {
        let root: Float = 0.797_884_560_802_865_4
        let cubic: Float = 0.044_715
        for index in 0..<count {
            let x = values[index]
            let square = x * x
            let inner = root * x.addingProduct(cubic * square, x)
            let t = ElementaryFunctions.tanh(inner)
            values[index] = 0.5 * x * (1 + t)
            guard let slopes else { continue }
            let innerSlope = root * Float(1).addingProduct(3 * cubic, square)
            let curve = 0.5 * x * Float(1).addingProduct(-t, t)
            slopes[index] = (0.5 * (1 + t)).addingProduct(curve, innerSlope)
        }
    }

    /// `gradient = gradient * factor`, element by element.
    package static func multiply(
        gradient: UnsafeMutablePointer<Float>, by factor: UnsafePointer<Float>, count: Int
    ) {
        for index in 0..<count { gradient[index] = kept(gradient[index] * factor[index]) }
    }

    /// The gradient of a rectifier whose output is `output`, in place.
    package static func rectifyBackward(
        gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
    ) {
        for index in 0..<count {
            gradient[index] = output[index] > 0 ? kept(gradient[index]) : 0
        }
    }

    /// Replaces negative values by 0.
    package static func rectify(_ values: UnsafeMutablePointer<Float>, count: Int) {
        for index in 0..<count {
            let x = values[index]
            values[index] = x < 0 ? 0 : x
        }
    }

    @inline(__always)
    private static func kept(_ value: Float) -> Float {
        value.magnitude < 0x1p-100 ? 0 : value
    }
}
