/// The shape of a model: part of what decides a job's bits.
///
/// Numbers that the kind does not use stand at their defaults.
package struct ModelWork: Hashable, Sendable {
    /// The kinds people name.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// One linear layer and softmax.
        case softmaxRegression = 1
        /// Linear layers with activations between them.
        case mlp = 2
        /// One linear layer, two classes.
        case logisticRegression = 3
        /// One linear layer, numbers.
        case linearRegression = 4
        /// One linear layer, margins.
        case linearSVM = 5
        /// Layers in any order, for images too.
        case cnn = 6
        /// A linear layer and products of pairs of inputs.
        case factorizationMachine = 7

        /// The word of specs.
        package var word: String {
            switch self {
            case .softmaxRegression: "softmaxRegression"
            case .mlp: "mlp"
            case .logisticRegression: "logisticRegression"
            case .linearRegression: "linearRegression"
            case .linearSVM: "linearSVM"
            case .cnn: "cnn"
            case .factorizationMachine: "factorizationMachine"
            }
        }
    }

    /// What a layer does to each of its numbers.
    package enum Activation: UInt8, Sendable, CaseIterable {
        /// Negative numbers become 0.
        case relu = 1
        /// Negative numbers are multiplied by ``ModelWork/slope``.
        case leakyRelu = 2
        /// Gaussian error linear units.
        case gelu = 3
        /// Their approximation by a hyperbolic tangent.
        case geluTanh = 4
        /// The hyperbolic tangent.
        case tanh = 5
        /// The logistic function.
        case sigmoid = 6
        /// Nothing.
        case identity = 7

        /// The word of specs.
        package var word: String { "\(self)" }
    }

    /// What stands between a hidden layer's sums and its activation.
    package enum Normalization: UInt8, Sendable, CaseIterable {
        /// Nothing.
        case none = 1
        /// Each unit over the batch.
        case batchNorm = 2
        /// Each row over its units.
        case layerNorm = 3

        /// The word of specs.
        package var word: String { "\(self)" }
    }

    /// One layer of a `cnn`.
    package struct Layer: Hashable, Sendable {
        /// What it is.
        package enum Kind: UInt8, Sendable, CaseIterable {
            /// A window with learned weights over an image.
            case conv2d = 1
            /// The largest number of each window.
            case maxPool = 2
            /// The mean of each window.
            case averagePool = 3
            /// From an image to a row.
            case flatten = 4
            /// A linear layer.
            case dense = 5
            /// Numbers left out by chance.
            case dropout = 6
            /// Normalisation of channels over the batch.
            case batchNorm = 7
            /// Normalisation of rows.
            case layerNorm = 8
            /// An activation alone.
            case activation = 9

            /// The word of specs.
            package var word: String { "\(self)" }
        }

        /// What it is.
        package var kind: Kind
        /// Filters or units (conv2d, dense).
        package var units = 1
        /// Rows and columns of the window (conv2d, pools).
        package var size = 2
        /// Places between two positions of the window (conv2d, pools).
        package var stride = 1
        /// Places of zeros around the image (conv2d, pools).
        package var padding = 0
        /// The share left out (dropout).
        package var rate: Float = 0.5
        /// The activation (conv2d, dense, activation).
        package var activation = Activation.relu

        /// A layer with everything else at its default.
        package init(kind: Kind) {
            self.kind = kind
        }
    }

    /// The kind.
    package var kind: Kind
    /// Widths of the hidden layers (mlp).
    package var hidden: [Int] = []
    /// The activation of hidden layers (mlp).
    package var activation = Activation.relu
    /// What `leakyRelu` multiplies negative numbers by (mlp, cnn).
    package var slope: Float = 0.01
    /// The share of a hidden layer's numbers left out in training (mlp).
    package var dropout: Float = 0
    /// The share of features left out in training (mlp).
    package var inputDropout: Float = 0
    /// What normalises hidden layers (mlp).
    package var normalization = Normalization.none
    /// Layers before the last (cnn).
    package var layers: [Layer] = []
    /// Rows of the image in a row of data (cnn); 0 means a square of one channel.
    package var height = 0
    /// Columns of the image (cnn).
    package var width = 0
    /// Numbers per place of the image (cnn).
    package var channels = 1
    /// Learned numbers per input for products of pairs (factorizationMachine).
    package var factors = 8

    /// A model with everything else at its default.
    package init(kind: Kind, hidden: [Int] = []) {
        self.kind = kind
        self.hidden = hidden
    }

    /// Softmax over rectified layers of these widths, or over the features alone.
    package static func layered(_ hidden: [Int]) -> ModelWork {
        ModelWork(kind: hidden.isEmpty ? .softmaxRegression : .mlp, hidden: hidden)
    }

    /// Whether it is softmax over rectified layers and nothing else.
    package var isPlain: Bool { self == .layered(hidden) }
}
