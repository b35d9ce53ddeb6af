import Determinism
// Only for the square root, which IEEE 754 defines to the last bit.
private import Glibc

extension ParameterLayout {
    /// Writes the parameters a model starts from: a pure function of (layout, seed).
    ///
    /// Softmax regression starts at zero. Otherwise weights of hidden layers are uniform within
    /// ±sqrt(6 / inputs) (He), those of the last layer within ±sqrt(6 / (inputs + outputs))
    /// (Glorot), drawn from the stream `initialization` with the layer's number as lane; biases
    /// are zero. `out` holds exactly `parameterCount` elements.
    package func fillInitialParameters(
        seed: UInt64,
        into out: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(out.count == parameterCount, "buffer and layout differ in length")
        out.update(repeating: 0)
        guard case .multilayerPerceptron = architecture else { return }
        let stream = RandomStream(seed: seed, purpose: .initialization)
        for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            let fan = isLast ? layer.inputs + layer.outputs : layer.inputs
            let limit = Float(Glibc.sqrt(6 / Double(fan)))
            stream.fillUniform(
                UnsafeMutableBufferPointer(rebasing: out[layer.weightOffset..<layer.biasOffset]),
                lane: UInt32(index),
                low: -limit,
                high: limit
            )
        }
    }

    /// The global state of round 0: initial parameters, then zero momentum if it is in the state.
    package func initialState(optimizer: OptimizerConfiguration, seed: UInt64) -> [Float] {
        let count = optimizer.stateCount(parameterCount: parameterCount)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            let parameters = UnsafeMutableBufferPointer(rebasing: buffer[0..<parameterCount])
            fillInitialParameters(seed: seed, into: parameters)
            initialized = count
        }
    }
}
