/// Where each tensor of a model stands in its one flat buffer of values.
///
/// First the parameters, stage after stage without gaps: a weight row-major [outputs x inputs] (as
/// PyTorch's `nn.Linear` has it; [filters x size x size x channels] for convolutions), then the
/// bias [outputs]; gain and shift of a normalisation. Behind all parameters stand the buffers that
/// follow training without a gradient: running mean and variance of batch normalisation.
package struct ParameterLayout: Sendable, Equatable {
    /// The most parameters a model may have: its buffers stay below 8 GiB.
    package static let maximumParameters = 1 << 31
    /// The most stages a model may have, the output included.
    package static let maximumLayers = 256
    /// The widest layer allowed.
    package static let maximumWidth = 1 << 24

    /// One named tensor.
    package struct Tensor: Sendable, Equatable {
        /// For instance `layers.0.weight`.
        package let name: String
        /// Extents, outermost first.
        package let shape: [Int]
        /// Index of its first element in the flat buffer.
        package let offset: Int
        /// Number of elements.
        package let count: Int
    }

    /// One step from a row's features to its outputs, with its sizes and places.
    package struct Stage: Sendable, Equatable {
        /// What it computes.
        package enum Kind: Sendable, Equatable {
            /// A linear layer with its activation.
            case dense(Activation)
            /// An activation alone.
            case activation(Activation)
            /// Dropout at a rate.
            case dropout(Float)
            /// Layer normalisation.
            case layerNorm(epsilon: Float)
            /// Batch normalisation over this many channels.
            case batchNorm(epsilon: Float, momentum: Float, channels: Int)
            /// A convolution with its activation.
            case convolution(Window, filters: Int, Activation)
            /// Pooling by the largest number.
            case maximumPool(Window)
            /// Pooling by the mean.
            case averagePool(Window)
            /// A factorization machine with so many factors.
            case factorizationMachine(factors: Int)
        }

        /// What it computes.
        package let kind: Kind
        /// Values that come in per row.
        package let inputs: Int
        /// Values that go out per row.
        package let outputs: Int
        /// Start of the weight or gain.
        package let weightOffset: Int
        /// Start of the bias or shift.
        package let biasOffset: Int
        /// Start of its buffers, counted from the end of all parameters.
        package let bufferOffset: Int
    }

    /// The shape this layout was made for.
    package let architecture: ModelArchitecture
    /// Numbers per input row.
    package let featureCount: Int
    /// Classes told apart; 0 when targets are numbers.
    package let classCount: Int
    /// Stages from input to output.
    package let stages: [Stage]
    /// Tensors in buffer order, buffers last.
    package let tensors: [Tensor]
    /// Learned elements at the front of the flat buffer.
    package let parameterCount: Int
    /// Elements behind them that are not learned but kept.
    package let bufferCount: Int
    /// The parts of the parameters that penalties act on: weights, not biases, gains or shifts.
    package let penalized: [Range<Int>]

    /// Outputs per row.
    package var outputCount: Int { architecture.loss.outputCount(classes: classCount) }
    /// Numbers of one prediction.
    package var scoreCount: Int { architecture.loss.scoreCount(classes: classCount) }
    /// Elements of the flat buffer.
    package var valueCount: Int { parameterCount + bufferCount }

    /// Refuses sparse rows before a stage that reads dense ones.
    package func check(
        _ data: TrainingData, _ standardization: Standardization?
    ) throws(TrainingRefusal) {
        guard data.sparse != nil else { return }
        guard standardization == nil else { throw .sparseRows(what: "standardization") }
        switch stages.first?.kind {
        case .dense, .factorizationMachine: return
        default: throw .sparseRows(what: "the first layer of this model")
        }
    }

    /// Lays out a model for rows of `featureCount` numbers and `classCount` classes.
    package init(
        architecture: ModelArchitecture,
        featureCount: Int,
        classCount: Int
    ) throws(TrainingRefusal) {
        let stageCount = architecture.layers.count + 1
        try PlanLimits.check("layers", stageCount, 1, Self.maximumLayers)
        try PlanLimits.check("features", featureCount, 1, Self.maximumWidth)
        switch architecture.loss {
        case .softmaxCrossEntropy, .hinge, .squaredHinge:
            try PlanLimits.check("classes", classCount, 2, Self.maximumWidth)
        case .logistic:
            guard classCount == 2 else { throw .notTwoClasses(classCount) }
        case .squared, .absolute, .huber, .quantile, .poisson:
            guard classCount == 0 else { throw .classesForNumbers(classCount) }
        }
        var builder = LayoutBuilder(featureCount: featureCount, image: architecture.image)
        for layer in architecture.layers { try builder.add(layer) }
        let outputs = architecture.loss.outputCount(classes: classCount)
        try builder.finish(architecture.head, outputs: outputs)
        self.architecture = architecture
        self.featureCount = featureCount
        self.classCount = classCount
        stages = builder.stages
        parameterCount = builder.parameterCount
        bufferCount = builder.bufferCount
        penalized = builder.penalized
        let start = builder.parameterCount
        tensors =
            builder.tensors
            + builder.buffers.map {
                Tensor(name: $0.name, shape: $0.shape, offset: start + $0.offset, count: $0.count)
            }
    }
}
