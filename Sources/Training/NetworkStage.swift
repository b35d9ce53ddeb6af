import Determinism
import LinearAlgebra

/// One stage of a network for a fixed number of rows: its buffers and its way there and back.
///
/// A stage owns what it writes. `forward` returns where its output stands, `backward` where the
/// gradient of its input stands; either may be the memory it was given, changed in place.
class NetworkStage {
    /// What one pass is for.
    struct Pass {
        /// Parameters and, behind them, buffers; a training pass may change the buffers.
        let values: UnsafeMutablePointer<Float>
        /// Whether this is a training step (dropout and batch moments) or an evaluation.
        let isTraining: Bool
        /// Chance of this replica and step; layers take streams of their own from it.
        let chance: RandomStream.Place?
        /// The network's input when its rows are sparse; the first stage reads it.
        let sparse: SparseInput?
    }

    /// Chosen rows of a sparse matrix.
    struct SparseInput {
        let matrix: SparseMatrix
        /// Row numbers in the matrix; lines of a batch behind them are empty.
        let rows: UnsafeBufferPointer<UInt32>
        /// Whether the gradient of the weights is 0 before the pass back, which then writes only
        /// where rows have values.
        var isGradientCleared = false
    }

    let stage: ParameterLayout.Stage
    let rows: Int

    init(_ stage: ParameterLayout.Stage, rows: Int) {
        self.stage = stage
        self.rows = rows
    }

    /// Computes [rows x outputs] from [rows x inputs]. In a training pass an input that is not the
    /// network's own may be overwritten.
    func forward(_ input: UnsafePointer<Float>, _ pass: Pass) -> UnsafeMutablePointer<Float> {
        preconditionFailure("a stage without a way forward")
    }

    /// Computes the gradient of the input and of the stage's parameters.
    ///
    /// `outputGradient` may be overwritten; `input` is what `forward` was given; `gradient` has the
    /// layout of the parameters. Nil when `wantsInputGradient` is false.
    func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        preconditionFailure("a stage without a way back")
    }

    /// Makes the stage; `position` is its number in the network.
    static func make(
        _ stage: ParameterLayout.Stage, position: Int, rows: Int, parameterCount: Int,
        forTraining: Bool
    ) -> NetworkStage {
        switch stage.kind {
        case .dense(let activation):
            DenseStage(stage, activation, rows: rows, forTraining: forTraining)
        case .activation(let activation):
            ActivationStage(stage, activation, rows: rows, forTraining: forTraining)
        case .dropout(let rate):
            DropoutStage(
                stage, rate: rate, position: position, rows: rows, forTraining: forTraining)
        case .layerNorm(let epsilon): LayerNormStage(stage, epsilon: epsilon, rows: rows)
        case .batchNorm(let epsilon, let momentum, let channels):
            BatchNormStage(
                stage, epsilon: epsilon, momentum: momentum, channels: channels, rows: rows,
                buffersStart: parameterCount)
        case .convolution(let window, let filters, let activation):
            ConvolutionStage(
                stage, window, filters: filters, activation, rows: rows, forTraining: forTraining)
        case .maximumPool(let window):
            PoolingStage(stage, window, takesMaximum: true, rows: rows, forTraining: forTraining)
        case .averagePool(let window):
            PoolingStage(stage, window, takesMaximum: false, rows: rows, forTraining: forTraining)
        case .factorizationMachine(let factors):
            FactorizationStage(stage, factors: factors, rows: rows, forTraining: forTraining)
        }
    }
}
