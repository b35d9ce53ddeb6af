import LinearAlgebra

/// Pooling of each window and channel to one number.
final class PoolingStage: NetworkStage {
    private let window: Window
    private let takesMaximum: Bool
    private let output: FloatBuffer
    private let inputGradient: FloatBuffer?
    /// With maxima: where each came from [rows x outputs].
    private let places: UnsafeMutablePointer<Int32>

    init(
        _ stage: ParameterLayout.Stage, _ window: Window, takesMaximum: Bool, rows: Int,
        forTraining: Bool
    ) {
        self.window = window
        self.takesMaximum = takesMaximum
        output = FloatBuffer(count: rows * stage.outputs)
        inputGradient = forTraining ? FloatBuffer(count: rows * stage.inputs) : nil
        let count = takesMaximum ? rows * stage.outputs : 1
        places = .allocate(capacity: count)
        places.initialize(repeating: 0, count: count)
        super.init(stage, rows: rows)
    }

    deinit {
        places.deallocate()
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        for row in 0..<rows {
            let image = input + row * stage.inputs
            let out = output.pointer + row * stage.outputs
            if takesMaximum {
                ConvolutionKernels.maximum(
                    image, window, into: out, places: places + row * stage.outputs)
            } else {
                ConvolutionKernels.mean(image, window, into: out)
            }
        }
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        guard wantsInputGradient, let inputGradient else { return nil }
        for row in 0..<rows {
            let slopes = UnsafePointer(outputGradient + row * stage.outputs)
            let image = inputGradient.pointer + row * stage.inputs
            if takesMaximum {
                ConvolutionKernels.maximumBackward(
                    gradient: slopes, window, places: places + row * stage.outputs, into: image)
            } else {
                ConvolutionKernels.meanBackward(gradient: slopes, window, into: image)
            }
        }
        return inputGradient.pointer
    }
}
