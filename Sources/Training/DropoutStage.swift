import Determinism
import LinearAlgebra

/// Dropout: in training each number is 0 by chance or scaled up; in evaluation it passes.
///
/// Whether element e of a batch is kept is a function of (seed, replica, step, stage, e) alone.
final class DropoutStage: NetworkStage {
    private let rate: Float
    private let position: Int
    /// What each element was multiplied by: 0 or 1 / (1 - rate).
    private let factors: FloatBuffer
    private let output: FloatBuffer

    init(
        _ stage: ParameterLayout.Stage, rate: Float, position: Int, rows: Int, forTraining: Bool
    ) {
        self.rate = rate
        self.position = position
        let count = forTraining ? rows * stage.outputs : 0
        factors = FloatBuffer(count: count)
        output = FloatBuffer(count: count)
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        guard pass.isTraining, let chance = pass.chance else {
            return UnsafeMutablePointer(mutating: input)
        }
        chance.stream(position).fillChoices(
            factors.mutableElements, probability: rate, chosen: 0, other: 1 / (1 - rate))
        let (out, factor) = (output.pointer, factors.pointer)
        for index in 0..<output.count { out[index] = input[index] * factor[index] }
        return out
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        ActivationKernels.multiply(
            gradient: outputGradient, by: factors.pointer, count: factors.count)
        return outputGradient
    }
}
