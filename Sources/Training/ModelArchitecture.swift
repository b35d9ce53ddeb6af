/// The shape of a model and what it is trained for, without the sizes that come from the data.
package struct ModelArchitecture: Sendable, Hashable {
    /// How rows are read when the first layers want an image; channels of a place are neighbours.
    package struct ImageShape: Sendable, Hashable {
        /// Rows of the image.
        package var height: Int
        /// Columns of the image.
        package var width: Int
        /// Numbers per place.
        package var channels: Int

        /// Takes the sizes.
        package init(height: Int, width: Int, channels: Int) {
            self.height = height
            self.width = width
            self.channels = channels
        }
    }

    /// What turns the last layer's numbers into outputs.
    package enum Head: Sendable, Hashable {
        /// A weighted sum plus a bias for each output.
        case linear
        /// A weighted sum, a bias, and the products of all pairs of inputs, weighted by the
        /// product of `factors` learned numbers of each (Rendle 2010). One output.
        case factorizationMachine(factors: Int)
    }

    /// Layers before the head, first to last.
    package var layers: [NetworkLayer]
    /// The last layer.
    package var head: Head
    /// What training makes small.
    package var loss: Loss
    /// The image in a row; nil means a square one of one channel where an image is needed.
    package var image: ImageShape?

    /// A model of these layers.
    package init(
        layers: [NetworkLayer] = [], head: Head = .linear,
        loss: Loss = .softmaxCrossEntropy(smoothing: 0), image: ImageShape? = nil
    ) {
        self.layers = layers
        self.head = head
        self.loss = loss
        self.image = image
    }

    /// One linear layer and softmax.
    package static let softmaxRegression = ModelArchitecture()

    /// Linear layers with rectifiers between them and softmax at the end; widths in order.
    package static func multilayerPerceptron(hidden: [Int]) -> ModelArchitecture {
        ModelArchitecture(layers: hidden.map { .dense(units: $0, activation: .relu) })
    }

    /// Whether the tensors alone tell it: rectified dense layers and softmax, nothing else.
    var isPlain: Bool {
        self
            == .multilayerPerceptron(
                hidden: layers.compactMap { layer in
                    if case .dense(let units, .relu) = layer { units } else { nil }
                })
    }

    /// Whether the model is linear in its parameters' products with the input: it starts at zero.
    var isLinear: Bool { layers.isEmpty && head == .linear }
}
