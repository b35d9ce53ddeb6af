import ClusterVocabulary

extension ModelWork {
    /// The line under `spec`: what the kind does not use is not written.
    var canonicalLine: String {
        "  model: {\(kind.word): {\(fields.joined(separator: ", "))}}"
    }

    private var fields: [String] {
        switch kind {
        case .softmaxRegression, .logisticRegression, .linearRegression, .linearSVM: return []
        case .factorizationMachine: return ["factors: \(factors)"]
        case .mlp:
            let widths = hidden.map(String.init).joined(separator: ", ")
            var fields = ["hidden: [\(widths)]", "activation: \(activation.word)"]
            if activation == .leakyRelu { fields.append("slope: \(slope)") }
            if inputDropout > 0 { fields.append("inputDropout: \(inputDropout)") }
            if dropout > 0 { fields.append("dropout: \(dropout)") }
            if normalization != .none { fields.append("normalization: \(normalization.word)") }
            return fields
        case .cnn:
            var fields: [String] = []
            if height > 0 {
                fields.append(
                    "input: {height: \(height), width: \(width), channels: \(channels)}")
            }
            if slope != 0.01 { fields.append("slope: \(slope)") }
            fields.append("layers: [\(layers.map(\.canonicalText).joined(separator: ", "))]")
            return fields
        }
    }
}

extension ModelWork.Layer {
    fileprivate var canonicalText: String {
        "{\(kind.word): {\(fields.joined(separator: ", "))}}"
    }

    private var fields: [String] {
        let window = ["size: \(size)", "stride: \(stride)", "padding: \(padding)"]
        return switch kind {
        case .conv2d: ["filters: \(units)"] + window + ["activation: \(activation.word)"]
        case .maxPool, .averagePool: window
        case .dense: ["units: \(units)", "activation: \(activation.word)"]
        case .dropout: ["rate: \(rate)"]
        case .activation: ["kind: \(activation.word)"]
        case .flatten, .batchNorm, .layerNorm: []
        }
    }
}

extension LossWork {
    /// The lines under `spec.training`; none where the model's usual loss is meant.
    func canonicalLines(usual: LossWork.Kind) -> [String] {
        var lines: [String] = []
        if kind != usual || parameter != 0 {
            let field =
                switch kind {
                case .softmaxCrossEntropy: "labelSmoothing: \(parameter)"
                case .huber: "delta: \(parameter)"
                case .quantile: "quantile: \(parameter)"
                default: ""
                }
            lines.append("    loss: {\(kind.word): {\(field)}}")
        }
        switch classWeighting {
        case .equal: break
        case .balanced: lines.append("    classWeights: balanced")
        case .named:
            lines.append("    classWeights:")
            lines += classWeights.map { "      \(CanonicalYAML.text($0.name)): \($0.weight)" }
        }
        return lines
    }
}

extension SteeringWork {
    /// The lines under `spec.training`: what was not asked for is not written.
    var canonicalLines: [String] {
        var lines: [String] = []
        if monitor != .validationLoss { lines.append("    monitor: \(monitor.word)") }
        if patience > 0 {
            let fields = [
                "patience: \(patience)", "minDelta: \(leastChange)", "restoreBest: \(restoresBest)",
            ]
            lines.append("    earlyStopping: {\(fields.joined(separator: ", "))}")
        }
        if averageDecay > 0 { lines.append("    ema: {decay: \(averageDecay)}") }
        return lines
    }
}
