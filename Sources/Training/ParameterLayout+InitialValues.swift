import Determinism
// Only for the square root, which IEEE 754 defines to the last bit.
private import Glibc
import LinearAlgebra

extension ParameterLayout {
    /// Writes the parameters a model starts from: a pure function of (layout, seed).
    ///
    /// Linear models start at zero. Otherwise weights before rectifying activations are uniform
    /// within ±sqrt(6 / inputs) (He), others within ±sqrt(6 / (inputs + outputs)) (Glorot), drawn
    /// from the stream `initialization` with the number of the stage among those with parameters
    /// as lane; biases and shifts are 0, gains and running variances 1. Factors of a factorization
    /// machine are uniform with deviation 0.01. `out` holds exactly `valueCount` elements.
    package func fillInitialParameters(
        seed: UInt64,
        into out: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(out.count == valueCount, "buffer and layout differ in length")
        out.update(repeating: 0)
        guard !architecture.isLinear else { return }
        let stream = RandomStream(seed: seed, purpose: .initialization)
        var number: UInt32 = 0
        for (index, stage) in stages.enumerated() {
            let weights = stage.weightOffset..<stage.biasOffset
            switch stage.kind {
            case .dense(let activation):
                let isRectifying = self.isRectifying(activation, before: index + 1)
                let fan = isRectifying ? stage.inputs : stage.inputs + stage.outputs
                fill(stream, number, weights, variance: 6 / Double(fan), out)
            case .convolution(let window, let filters, let activation):
                let area = window.size * window.size
                let isRectifying = self.isRectifying(activation, before: index + 1)
                let fan = isRectifying ? window.patch : window.patch + area * filters
                fill(stream, number, weights, variance: 6 / Double(fan), out)
            case .factorizationMachine:
                let factors = (stage.weightOffset + stage.inputs)..<stage.biasOffset
                fill(stream, number, factors, variance: 3e-4, out)
            case .layerNorm:
                UnsafeMutableBufferPointer(rebasing: out[weights]).update(repeating: 1)
            case .batchNorm(_, _, let channels):
                UnsafeMutableBufferPointer(rebasing: out[weights]).update(repeating: 1)
                let variance = parameterCount + stage.bufferOffset + channels
                UnsafeMutableBufferPointer(rebasing: out[variance..<(variance + channels)])
                    .update(repeating: 1)
            case .activation, .dropout, .maximumPool, .averagePool: continue
            }
            number += 1
        }
    }

    /// Whether the weights' next activation cuts: their own, or that of a stage behind them which
    /// only normalisations part from them.
    private func isRectifying(_ activation: Activation, before next: Int) -> Bool {
        guard activation == .identity else { return activation.isRectifying }
        for stage in stages[next...] {
            switch stage.kind {
            case .activation(let later): return later.isRectifying
            case .layerNorm, .batchNorm, .maximumPool, .averagePool, .dropout: continue
            case .dense, .convolution, .factorizationMachine: return false
            }
        }
        return false
    }

    /// Fills a range uniformly within ±sqrt(variance).
    private func fill(
        _ stream: RandomStream, _ lane: UInt32, _ range: Range<Int>, variance: Double,
        _ out: UnsafeMutableBufferPointer<Float>
    ) {
        let limit = Float(Glibc.sqrt(variance))
        stream.fillUniform(
            UnsafeMutableBufferPointer(rebasing: out[range]), lane: lane, low: -limit, high: limit)
    }

    /// The global state of round 0: initial values, then zero vectors of the optimizer if they are
    /// in it.
    ///
    /// `begin` holds the values of another model in place of those drawn from the seed.
    package func initialState(
        optimizer: OptimizerConfiguration, seed: UInt64, begin: [Float]? = nil
    ) -> [Float] {
        let count = optimizer.stateCount(self)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            let values = UnsafeMutableBufferPointer(rebasing: buffer[0..<valueCount])
            if let begin {
                precondition(begin.count == valueCount, "values of another model")
                for index in 0..<valueCount { values[index] = begin[index] }
            } else {
                fillInitialParameters(seed: seed, into: values)
            }
            if optimizer.averageDecay > 0, let start = buffer.baseAddress {
                (start + optimizer.averageOffset(self)).update(from: start, count: parameterCount)
            }
            initialized = count
        }
    }
}
