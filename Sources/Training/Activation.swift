/// What a layer does to each of its numbers; formulas stand at `ActivationKernels`.
package enum Activation: Sendable, Hashable {
    /// Nothing.
    case identity
    /// Negative numbers become 0.
    case relu
    /// Negative numbers are multiplied by `slope`.
    case leakyRelu(slope: Float)
    /// Gaussian error linear units, with the error function.
    case gelu
    /// Their approximation by a hyperbolic tangent.
    case geluTanh
    /// The hyperbolic tangent.
    case tanh
    /// The logistic function.
    case sigmoid

    /// Whether a unit's weights start as He has it (otherwise Glorot): half its inputs are cut.
    var isRectifying: Bool {
        switch self {
        case .relu, .leakyRelu, .gelu, .geluTanh: true
        case .identity, .tanh, .sigmoid: false
        }
    }
}
