import LinearAlgebra

/// A convolution with its activation: images are unfolded in groups into a matrix of windows,
/// which one matrix product turns into all filters of all places.
///
/// The number of images in a group follows from the sizes alone, so the bits do too.
final class ConvolutionStage: NetworkStage {
    /// The unfolded matrix stays below this many bytes, to stay in the second-level cache.
    private static let unfoldedBytes = 512 << 10

    private let window: Window
    private let filters: Int
    private let places: Int
    private let imageSize: Int
    private let group: Int
    private let unit: ActivationUnit
    private let unfolded: FloatBuffer
    private let output: FloatBuffer
    private let inputGradient: FloatBuffer?
    private let partGradient: FloatBuffer

    init(
        _ stage: ParameterLayout.Stage, _ window: Window, filters: Int, _ activation: Activation,
        rows: Int, forTraining: Bool
    ) {
        self.window = window
        self.filters = filters
        places = window.outputHeight * window.outputWidth
        imageSize = stage.inputs
        let bytes = places * window.patch * MemoryLayout<Float>.stride
        group = min(rows, max(1, Self.unfoldedBytes / bytes))
        unit = ActivationUnit(activation, count: rows * stage.outputs, forTraining: forTraining)
        unfolded = FloatBuffer(count: group * places * window.patch)
        output = FloatBuffer(count: rows * stage.outputs)
        inputGradient =
            forTraining && stage.weightOffset > 0 ? FloatBuffer(count: rows * stage.inputs) : nil
        partGradient = FloatBuffer(count: forTraining ? filters * window.patch : 0)
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        let weight = UnsafePointer(pass.values + stage.weightOffset)
        let bias = UnsafePointer(pass.values + stage.biasOffset)
        var first = 0
        while first < rows {
            let count = min(group, rows - first)
            unfold(input + first * imageSize, count)
            let out = output.pointer + first * stage.outputs
            BLAS.gemm(
                rows: count * places, columns: filters, depth: window.patch,
                left: .stored(unfolded.pointer, stride: window.patch),
                right: .transposed(weight, stride: window.patch), output: out,
                outputStride: filters)
            if unit.activation == .relu {
                LayerKernels.addBiasAndRectify(
                    out, bias: bias, rows: count * places, columns: filters)
            } else {
                LayerKernels.addBias(out, bias: bias, rows: count * places, columns: filters)
            }
            first += count
        }
        if unit.activation != .relu { unit.apply(output.pointer, count: output.count) }
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
                rows: rows * places, columns: filters)
        } else {
            unit.back(outputGradient, output: output.pointer, count: output.count)
            LayerKernels.columnSums(
                outputGradient, into: biasGradient, rows: rows * places, columns: filters)
        }
        let weight = values + stage.weightOffset
        let weightGradient = gradient + stage.weightOffset
        weightGradient.update(repeating: 0, count: filters * window.patch)
        let wanted = wantsInputGradient ? inputGradient : nil
        var first = 0
        while first < rows {
            let count = min(group, rows - first)
            let slopes = UnsafePointer(outputGradient + first * stage.outputs)
            unfold(input + first * imageSize, count)
            BLAS.gemm(
                rows: filters, columns: window.patch, depth: count * places,
                left: .transposed(slopes, stride: filters),
                right: .stored(unfolded.pointer, stride: window.patch),
                output: partGradient.pointer, outputStride: window.patch)
            VectorKernels.add(partGradient.pointer, to: weightGradient, count: partGradient.count)
            if let wanted {
                BLAS.gemm(
                    rows: count * places, columns: window.patch, depth: filters,
                    left: .stored(slopes, stride: filters),
                    right: .stored(weight, stride: window.patch), output: unfolded.pointer,
                    outputStride: window.patch)
                for image in 0..<count {
                    ConvolutionKernels.fold(
                        unfolded.pointer + image * places * window.patch, window,
                        into: wanted.pointer + (first + image) * imageSize)
                }
            }
            first += count
        }
        return wanted?.pointer
    }

    private func unfold(_ images: UnsafePointer<Float>, _ count: Int) {
        for image in 0..<count {
            ConvolutionKernels.unfold(
                images + image * imageSize, window,
                into: unfolded.pointer + image * places * window.patch)
        }
    }
}
