import LinearAlgebra

/// An activation with the memory its way back needs; works in place.
final class ActivationUnit {
    let activation: Activation
    /// Slopes kept for the way back where they do not follow from the output.
    private let slopes: FloatBuffer?

    init(_ activation: Activation, count: Int, forTraining: Bool) {
        self.activation = activation
        switch activation {
        case .gelu, .geluTanh: slopes = forTraining ? FloatBuffer(count: count) : nil
        case .identity, .relu, .leakyRelu, .tanh, .sigmoid: slopes = nil
        }
    }

    /// Applies it to `values` [count].
    func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
        switch activation {
        case .identity: break
        case .relu: ActivationKernels.rectify(values, count: count)
        case .leakyRelu(let slope):
            ActivationKernels.leakyRectify(values, count: count, slope: slope)
        case .gelu: ActivationKernels.gelu(values, count: count, slopes: slopes?.pointer)
        case .geluTanh: ActivationKernels.geluTanh(values, count: count, slopes: slopes?.pointer)
        case .tanh: ActivationKernels.tanh(values, count: count)
        case .sigmoid: ActivationKernels.sigmoid(values, count: count)
        }
    }

    /// Turns the gradient of the output into that of the input; `output` is what `apply` left.
    func back(
        _ gradient: UnsafeMutablePointer<Float>, output: UnsafePointer<Float>, count: Int
    ) {
        switch activation {
        case .identity: break
        case .relu:
            ActivationKernels.rectifyBackward(gradient: gradient, output: output, count: count)
        case .leakyRelu(let slope):
            ActivationKernels.leakyRectifyBackward(
                gradient: gradient, output: output, count: count, slope: slope)
        case .gelu, .geluTanh:
            guard let slopes else { return }
            ActivationKernels.multiply(gradient: gradient, by: slopes.pointer, count: count)
        case .tanh:
            ActivationKernels.tanhBackward(gradient: gradient, output: output, count: count)
        case .sigmoid:
            ActivationKernels.sigmoidBackward(gradient: gradient, output: output, count: count)
        }
    }
}

/// An activation as a stage of its own.
final class ActivationStage: NetworkStage {
    private let unit: ActivationUnit
    private let output: FloatBuffer

    init(
        _ stage: ParameterLayout.Stage, _ activation: Activation, rows: Int, forTraining: Bool
    ) {
        unit = ActivationUnit(activation, count: rows * stage.outputs, forTraining: forTraining)
        output = FloatBuffer(count: rows * stage.outputs)
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        output.load(from: input)
        unit.apply(output.pointer, count: output.count)
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        unit.back(outputGradient, output: output.pointer, count: output.count)
        return outputGradient
    }
}
