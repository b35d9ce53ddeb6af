import LinearAlgebra

/// A linear layer with its activation: `activation(input * weightᵀ + bias)`.
final class DenseStage: NetworkStage {
    private let unit: ActivationUnit
    private let output: FloatBuffer
    private let inputGradient: FloatBuffer?
    /// The newest pass's input when it was sparse.
    private var sparse: SparseInput?

    init(
        _ stage: ParameterLayout.Stage, _ activation: Activation, rows: Int, forTraining: Bool
    ) {
        unit = ActivationUnit(activation, count: rows * stage.outputs, forTraining: forTraining)
        output = FloatBuffer(count: rows * stage.outputs)
        inputGradient =
            forTraining && stage.weightOffset > 0 ? FloatBuffer(count: rows * stage.inputs) : nil
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        let weight = UnsafePointer(pass.values + stage.weightOffset)
        let bias = UnsafePointer(pass.values + stage.biasOffset)
        sparse = stage.weightOffset == 0 ? pass.sparse : nil
        if let sparse {
            SparseKernels.multiply(
                sparse.matrix, rows: sparse.rows, weight: weight, bias: bias,
                outputs: stage.outputs, columns: stage.inputs, lines: rows,
                into: output.pointer)
            unit.apply(output.pointer, count: output.count)
            return output.pointer
        }
        BLAS.gemm(
            rows: rows, columns: stage.outputs, depth: stage.inputs,
            left: .stored(input, stride: stage.inputs),
            right: .transposed(weight, stride: stage.inputs), output: output.pointer,
            outputStride: stage.outputs)
        if unit.activation == .relu {
            LayerKernels.addBiasAndRectify(
                output.pointer, bias: bias, rows: rows, columns: stage.outputs)
        } else {
            LayerKernels.addBias(output.pointer, bias: bias, rows: rows, columns: stage.outputs)
            unit.apply(output.pointer, count: output.count)
        }
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        let biasGradient = gradient + stage.biasOffset
        if unit.activation == .relu {
            LayerKernels.rectifyBackward(
                gradient: outputGradient, activation: output.pointer, columnSums: biasGradient,
                rows: rows, columns: stage.outputs)
        } else {
            unit.back(outputGradient, output: output.pointer, count: output.count)
            LayerKernels.columnSums(
                outputGradient, into: biasGradient, rows: rows, columns: stage.outputs)
        }
        if let sparse {
            SparseKernels.weightGradient(
                sparse.matrix, rows: sparse.rows, slopes: outputGradient,
                outputs: stage.outputs, columns: stage.inputs,
                isCleared: sparse.isGradientCleared, into: gradient + stage.weightOffset)
            return nil
        }
        BLAS.gemm(
            rows: stage.outputs, columns: stage.inputs, depth: rows,
            left: .transposed(outputGradient, stride: stage.outputs),
            right: .stored(input, stride: stage.inputs), output: gradient + stage.weightOffset,
            outputStride: stage.inputs)
        guard wantsInputGradient, let inputGradient else { return nil }
        BLAS.gemm(
            rows: rows, columns: stage.inputs, depth: stage.outputs,
            left: .stored(outputGradient, stride: stage.outputs),
            right: .stored(values + stage.weightOffset, stride: stage.inputs),
            output: inputGradient.pointer, outputStride: stage.inputs)
        return inputGradient.pointer
    }
}
