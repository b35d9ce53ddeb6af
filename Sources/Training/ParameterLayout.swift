/// Where each tensor of a model stands in its one flat parameter buffer.
///
/// Layer after layer, the weight row-major [outputs x inputs] (as PyTorch's `nn.Linear` has it)
/// and then the bias [outputs], without gaps.
package struct ParameterLayout: Sendable, Equatable {
    /// The most parameters a model may have: its buffers stay below 8 GiB.
    package static let maximumParameters = 1 << 31
    /// The most layers a model may have, the output layer included.
    package static let maximumLayers = 64
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

    /// One linear layer: sizes and offsets into the flat buffer.
    package struct Layer: Sendable, Equatable {
        /// Values that come in per row.
        package let inputs: Int
        /// Values that go out per row.
        package let outputs: Int
        /// Start of the weight [outputs x inputs].
        package let weightOffset: Int
        /// Start of the bias [outputs].
        package let biasOffset: Int
    }

    /// The shape this layout was made for.
    package let architecture: ModelArchitecture
    /// Numbers per input row.
    package let featureCount: Int
    /// Classes told apart.
    package let classCount: Int
    /// Layers from input to output.
    package let layers: [Layer]
    /// Tensors in buffer order.
    package let tensors: [Tensor]
    /// Elements of the flat buffer.
    package let parameterCount: Int

    /// Lays out a model for rows of `featureCount` numbers and `classCount` classes.
    package init(
        architecture: ModelArchitecture,
        featureCount: Int,
        classCount: Int
    ) throws(TrainingRefusal) {
        let widths = architecture.hiddenWidths + [classCount]
        try PlanLimits.check("layers", widths.count, 1, Self.maximumLayers)
        try PlanLimits.check("features", featureCount, 1, Self.maximumWidth)
        try PlanLimits.check("classes", classCount, 2, Self.maximumWidth)
        var layers: [Layer] = []
        var tensors: [Tensor] = []
        var offset = 0
        var inputs = featureCount
        for (index, outputs) in widths.enumerated() {
            try PlanLimits.check("width of layer \(index)", outputs, 1, Self.maximumWidth)
            // Widths are below 2^24, so neither the product nor the sum can overflow.
            let weights = inputs * outputs
            let biasOffset = offset + weights
            layers.append(
                Layer(
                    inputs: inputs,
                    outputs: outputs,
                    weightOffset: offset,
                    biasOffset: biasOffset
                )
            )
            tensors.append(
                Tensor(
                    name: "layers.\(index).weight",
                    shape: [outputs, inputs],
                    offset: offset,
                    count: weights
                )
            )
            tensors.append(
                Tensor(
                    name: "layers.\(index).bias",
                    shape: [outputs],
                    offset: biasOffset,
                    count: outputs
                )
            )
            offset = biasOffset + outputs
            inputs = outputs
            guard offset <= Self.maximumParameters else {
                throw .modelTooLarge(limit: Self.maximumParameters)
            }
        }
        self.architecture = architecture
        self.featureCount = featureCount
        self.classCount = classCount
        self.layers = layers
        self.tensors = tensors
        parameterCount = offset
    }
}
