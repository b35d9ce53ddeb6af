import LinearAlgebra

/// Layer normalisation.
final class LayerNormStage: NetworkStage {
    private let epsilon: Float
    private let normalized: FloatBuffer
    private let inverse: FloatBuffer
    private let output: FloatBuffer

    init(_ stage: ParameterLayout.Stage, epsilon: Float, rows: Int) {
        self.epsilon = epsilon
        normalized = FloatBuffer(count: rows * stage.outputs)
        inverse = FloatBuffer(count: rows)
        output = FloatBuffer(count: rows * stage.outputs)
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        NormalizationKernels.rows(
            input, into: output.pointer, normalized: normalized.pointer,
            inverse: inverse.pointer, gain: pass.values + stage.weightOffset,
            shift: pass.values + stage.biasOffset, rows: rows, columns: stage.outputs,
            epsilon: epsilon)
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        NormalizationKernels.rowsBackward(
            gradient: outputGradient, normalized: normalized.pointer, inverse: inverse.pointer,
            gain: values + stage.weightOffset, gainGradient: gradient + stage.weightOffset,
            shiftGradient: gradient + stage.biasOffset, rows: rows, columns: stage.outputs)
        return outputGradient
    }
}

/// Batch normalisation: by the batch's own moments in training, by the running ones in evaluation.
///
/// The running moments are part of the global state; they follow training batches alone, the
/// variance as PyTorch has it divided by one less than the count.
final class BatchNormStage: NetworkStage {
    private let epsilon: Float
    private let momentum: Float
    private let channels: Int
    private let meanOffset: Int
    private let mean: FloatBuffer
    private let variance: FloatBuffer
    private let normalized: FloatBuffer
    private let inverse: FloatBuffer
    private let output: FloatBuffer

    init(
        _ stage: ParameterLayout.Stage, epsilon: Float, momentum: Float, channels: Int, rows: Int,
        buffersStart: Int
    ) {
        self.epsilon = epsilon
        self.momentum = momentum
        self.channels = channels
        meanOffset = buffersStart + stage.bufferOffset
        mean = FloatBuffer(count: channels)
        variance = FloatBuffer(count: channels)
        normalized = FloatBuffer(count: rows * stage.outputs)
        inverse = FloatBuffer(count: channels)
        output = FloatBuffer(count: rows * stage.outputs)
        super.init(stage, rows: rows)
    }

    /// Values that share a channel: rows, or places of all images.
    private var places: Int { rows * stage.outputs / channels }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        let runningMean = pass.values + meanOffset
        let runningVariance = runningMean + channels
        if pass.isTraining {
            NormalizationKernels.columnMoments(
                input, mean: mean.pointer, variance: variance.pointer, rows: places,
                columns: channels)
            NormalizationKernels.follow(
                runningMean, mean.pointer, count: channels, momentum: momentum, factor: 1)
            NormalizationKernels.follow(
                runningVariance, variance.pointer, count: channels, momentum: momentum,
                factor: places > 1 ? Float(places) / Float(places - 1) : 1)
        }
        NormalizationKernels.columns(
            input, into: output.pointer, normalized: normalized.pointer,
            inverse: inverse.pointer, mean: pass.isTraining ? mean.pointer : runningMean,
            variance: pass.isTraining ? variance.pointer : runningVariance,
            gain: pass.values + stage.weightOffset, shift: pass.values + stage.biasOffset,
            rows: places, columns: channels, epsilon: epsilon)
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        NormalizationKernels.columnsBackward(
            gradient: outputGradient, normalized: normalized.pointer, inverse: inverse.pointer,
            gain: values + stage.weightOffset, gainGradient: gradient + stage.weightOffset,
            shiftGradient: gradient + stage.biasOffset, rows: places, columns: channels)
        return outputGradient
    }
}
