package import ClusterVocabulary

extension ModelArchitecture {
    /// Added to variances by normalisations, as PyTorch has it.
    package static let normalizationEpsilon: Float = 1e-5
    /// How fast running moments follow, as PyTorch has it.
    package static let batchNormMomentum: Float = 0.1

    /// The model a job's record asks for.
    package init(_ work: TrainingWork) {
        self.init(work.model, loss: Loss(work.loss))
    }

    /// A model of a record, trained for a loss.
    package init(_ work: ModelWork, loss: Loss) {
        switch work.kind {
        case .softmaxRegression, .logisticRegression, .linearRegression, .linearSVM:
            self.init(loss: loss)
        case .factorizationMachine:
            self.init(head: .factorizationMachine(factors: work.factors), loss: loss)
        case .mlp: self.init(layers: Self.perceptron(work), loss: loss)
        case .cnn:
            self.init(
                layers: work.layers.map { Self.layer($0, slope: work.slope) }, loss: loss,
                image: work.height > 0
                    ? ImageShape(
                        height: work.height, width: work.width, channels: work.channels) : nil)
        }
    }

    private static func perceptron(_ work: ModelWork) -> [NetworkLayer] {
        let activation = Activation(work.activation, slope: work.slope)
        var layers: [NetworkLayer] = []
        if work.inputDropout > 0 { layers.append(.dropout(rate: work.inputDropout)) }
        for units in work.hidden {
            switch work.normalization {
            case .none: layers.append(.dense(units: units, activation: activation))
            case .batchNorm, .layerNorm:
                layers.append(.dense(units: units, activation: .identity))
                layers.append(normalization(work.normalization))
                layers.append(.activation(activation))
            }
            if work.dropout > 0 { layers.append(.dropout(rate: work.dropout)) }
        }
        return layers
    }

    private static func normalization(_ kind: ModelWork.Normalization) -> NetworkLayer {
        kind == .layerNorm
            ? .layerNorm(epsilon: normalizationEpsilon)
            : .batchNorm(epsilon: normalizationEpsilon, momentum: batchNormMomentum)
    }

    private static func layer(_ work: ModelWork.Layer, slope: Float) -> NetworkLayer {
        let activation = Activation(work.activation, slope: slope)
        return switch work.kind {
        case .conv2d:
            .convolution(
                filters: work.units, size: work.size, stride: work.stride, padding: work.padding,
                activation: activation)
        case .maxPool:
            .maximumPool(size: work.size, stride: work.stride, padding: work.padding)
        case .averagePool:
            .averagePool(size: work.size, stride: work.stride, padding: work.padding)
        case .flatten: .flatten
        case .dense: .dense(units: work.units, activation: activation)
        case .dropout: .dropout(rate: work.rate)
        case .batchNorm: normalization(.batchNorm)
        case .layerNorm: normalization(.layerNorm)
        case .activation: .activation(activation)
        }
    }
}

extension Activation {
    fileprivate init(_ work: ModelWork.Activation, slope: Float) {
        switch work {
        case .relu: self = .relu
        case .leakyRelu: self = .leakyRelu(slope: slope)
        case .gelu: self = .gelu
        case .geluTanh: self = .geluTanh
        case .tanh: self = .tanh
        case .sigmoid: self = .sigmoid
        case .identity: self = .identity
        }
    }
}

extension Loss {
    /// The loss a job's record asks for.
    package init(_ work: LossWork) {
        switch work.kind {
        case .softmaxCrossEntropy: self = .softmaxCrossEntropy(smoothing: work.parameter)
        case .logistic: self = .logistic
        case .hinge: self = .hinge
        case .squaredHinge: self = .squaredHinge
        case .squared: self = .squared
        case .absolute: self = .absolute
        case .huber: self = .huber(delta: work.parameter)
        case .quantile: self = .quantile(work.parameter)
        case .poisson: self = .poisson
        }
    }
}

extension ClassWeights {
    /// The weights a job's record asks for.
    package init(_ work: LossWork) {
        switch work.classWeighting {
        case .equal: self = .equal
        case .balanced: self = .balanced
        case .named:
            self = .named(
                work.classWeights.map { Named(name: $0.name, weight: $0.weight) })
        }
    }
}
