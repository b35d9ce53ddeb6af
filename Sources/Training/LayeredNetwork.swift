import LinearAlgebra

/// Forward and backward pass of a layered classifier for a fixed number of rows.
///
/// Owns the activations and their gradients, allocated once. The number of rows is fixed because
/// bits of a matrix product may depend on it.
final class LayeredNetwork {
    private let layers: [ParameterLayout.Layer]
    private let rows: Int
    /// Output of each layer [rows x outputs]; the last one holds logits.
    private let activations: [FloatBuffer]
    /// Gradients of the hidden layers' outputs [rows x outputs].
    private let hiddenGradients: [FloatBuffer]

    init(layout: ParameterLayout, rows: Int, forTraining: Bool) {
        layers = layout.layers
        self.rows = rows
        activations = layout.layers.map { FloatBuffer(count: rows * $0.outputs) }
        hiddenGradients =
            forTraining
            ? layout.layers.dropLast().map { FloatBuffer(count: rows * $0.outputs) } : []
    }

    /// Bytes of the buffers of one network.
    static func byteCount(layout: ParameterLayout, rows: Int) -> Int {
        layout.layers.reduce(0) { $0 + 2 * rows * $1.outputs } * MemoryLayout<Float>.stride
    }

    /// Computes the logits [rows x classes] of `input` [rows x features].
    ///
    /// The pointer stays valid until the next forward pass; the loss kernel overwrites it with the
    /// gradient that `backward` starts from.
    func forward(
        parameters: UnsafePointer<Float>,
        input: UnsafePointer<Float>
    ) -> UnsafeMutablePointer<Float> {
        var source = input
        for (index, layer) in layers.enumerated() {
            let output = activations[index].pointer
            BLAS.gemm(
                rows: rows,
                columns: layer.outputs,
                depth: layer.inputs,
                left: .stored(source, stride: layer.inputs),
                right: .transposed(parameters + layer.weightOffset, stride: layer.inputs),
                output: output,
                outputStride: layer.outputs
            )
            let bias = parameters + layer.biasOffset
            if index < layers.count - 1 {
                LayerKernels.addBiasAndRectify(
                    output,
                    bias: bias,
                    rows: rows,
                    columns: layer.outputs
                )
            } else {
                LayerKernels.addBias(output, bias: bias, rows: rows, columns: layer.outputs)
            }
            source = UnsafePointer(output)
        }
        return activations[layers.count - 1].pointer
    }

    /// Writes the gradient of all parameters, from the output gradient left in the logits.
    ///
    /// `gradient` has the layout of the parameters. The input gets no gradient.
    func backward(
        parameters: UnsafePointer<Float>,
        input: UnsafePointer<Float>,
        gradient: UnsafeMutablePointer<Float>
    ) {
        let last = layers.count - 1
        LayerKernels.columnSums(
            activations[last].pointer,
            into: gradient + layers[last].biasOffset,
            rows: rows,
            columns: layers[last].outputs
        )
        var outputGradient = activations[last].pointer
        for index in stride(from: last, through: 0, by: -1) {
            let layer = layers[index]
            let source = index == 0 ? input : UnsafePointer(activations[index - 1].pointer)
            BLAS.gemm(
                rows: layer.outputs,
                columns: layer.inputs,
                depth: rows,
                left: .transposed(outputGradient, stride: layer.outputs),
                right: .stored(source, stride: layer.inputs),
                output: gradient + layer.weightOffset,
                outputStride: layer.inputs
            )
            guard index > 0 else { return }
            let inputGradient = hiddenGradients[index - 1].pointer
            BLAS.gemm(
                rows: rows,
                columns: layer.inputs,
                depth: layer.outputs,
                left: .stored(outputGradient, stride: layer.outputs),
                right: .stored(parameters + layer.weightOffset, stride: layer.inputs),
                output: inputGradient,
                outputStride: layer.inputs
            )
            LayerKernels.rectifyBackward(
                gradient: inputGradient,
                activation: source,
                columnSums: gradient + layers[index - 1].biasOffset,
                rows: rows,
                columns: layer.inputs
            )
            outputGradient = inputGradient
        }
    }
}
