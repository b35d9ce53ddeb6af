import Determinism
import LinearAlgebra

/// Forward and backward pass of a model for a fixed number of rows.
///
/// Owns the stages with their activations and gradients, allocated once. The number of rows is
/// fixed because bits of a matrix product may depend on it.
final class LayeredNetwork {
    private let stages: [NetworkStage]
    private let forTraining: Bool
    /// What each stage was given in the newest pass.
    private var inputs: [UnsafePointer<Float>] = []

    init(layout: ParameterLayout, rows: Int, forTraining: Bool) {
        self.forTraining = forTraining
        stages = layout.stages.enumerated().map { position, stage in
            NetworkStage.make(
                stage, position: position, rows: rows, parameterCount: layout.parameterCount,
                forTraining: forTraining)
        }
        inputs.reserveCapacity(stages.count)
    }

    /// Bytes of the buffers of one network, roughly: what stages write, there and back.
    static func byteCount(layout: ParameterLayout, rows: Int) -> Int {
        layout.stages.reduce(0) { $0 + 2 * rows * $1.outputs } * MemoryLayout<Float>.stride
    }

    /// Computes the outputs [rows x outputs] of `input` [rows x features].
    ///
    /// `values` are parameters and buffers; a training pass moves the buffers. The result stays
    /// valid until the next pass; the loss overwrites it with the gradient `backward` starts from.
    /// With `sparse` the first stage reads that in place of `input`, there and back.
    func forward(
        values: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        chance: RandomStream.Place? = nil, sparse: NetworkStage.SparseInput? = nil
    ) -> UnsafeMutablePointer<Float> {
        let pass = NetworkStage.Pass(
            values: values, isTraining: forTraining, chance: chance, sparse: sparse)
        inputs.removeAll(keepingCapacity: true)
        var output = UnsafeMutablePointer(mutating: input)
        for stage in stages {
            inputs.append(UnsafePointer(output))
            output = stage.forward(UnsafePointer(output), pass)
        }
        return output
    }

    /// Writes the gradient of all parameters, from the output gradient left in the outputs.
    ///
    /// `gradient` has the layout of the parameters. The network's input gets no gradient.
    func backward(
        values: UnsafePointer<Float>, outputGradient: UnsafeMutablePointer<Float>,
        gradient: UnsafeMutablePointer<Float>
    ) {
        var slopes = outputGradient
        for index in stages.indices.reversed() {
            let next = stages[index].backward(
                slopes, input: inputs[index], values: values, gradient: gradient,
                wantsInputGradient: index > 0)
            guard let next else { return }
            slopes = next
        }
    }
}
