/// The one-line form of an architecture that model files carry, for instance
/// `dense 64 relu; dropout 0.2; head linear; loss softmaxCrossEntropy 0.0`.
extension ModelArchitecture {
    /// The longest text read, in bytes.
    static let longestText = 1 << 16

    /// The text; equal architectures have equal texts, and ``init(text:)`` reads it back.
    package var text: String {
        var parts: [String] = []
        if let image {
            parts.append("image \(image.height) \(image.width) \(image.channels)")
        }
        parts += layers.map(Self.text)
        switch head {
        case .linear: parts.append("head linear")
        case .factorizationMachine(let factors):
            parts.append("head factorizationMachine \(factors)")
        }
        parts.append("loss \(loss.text)")
        return parts.joined(separator: "; ")
    }

    private static func text(_ layer: NetworkLayer) -> String {
        switch layer {
        case .dense(let units, let activation): "dense \(units) \(activation.text)"
        case .activation(let activation): "activation \(activation.text)"
        case .dropout(let rate): "dropout \(rate)"
        case .layerNorm(let epsilon): "layerNorm \(epsilon)"
        case .batchNorm(let epsilon, let momentum): "batchNorm \(epsilon) \(momentum)"
        case .convolution(let filters, let size, let stride, let padding, let activation):
            "convolution \(filters) \(size) \(stride) \(padding) \(activation.text)"
        case .maximumPool(let size, let stride, let padding):
            "maximumPool \(size) \(stride) \(padding)"
        case .averagePool(let size, let stride, let padding):
            "averagePool \(size) \(stride) \(padding)"
        case .flatten: "flatten"
        }
    }

    /// Reads a text; nil when it is none, or too long.
    package init?(text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        self.init()
        var hasHead = false
        var hasLoss = false
        for part in text.split(separator: ";") {
            var words = Words(part)
            switch words.next() {
            case "image":
                guard let height = words.whole(), let width = words.whole(),
                    let channels = words.whole()
                else { return nil }
                image = ImageShape(height: height, width: width, channels: channels)
            case "head":
                guard let head = Head(&words) else { return nil }
                self.head = head
                hasHead = true
            case "loss":
                guard let loss = Loss(&words) else { return nil }
                self.loss = loss
                hasLoss = true
            case let word?:
                guard let layer = NetworkLayer(word, &words),
                    layers.count < ParameterLayout.maximumLayers
                else { return nil }
                layers.append(layer)
            case nil: return nil
            }
            guard words.isAtEnd else { return nil }
        }
        guard hasHead, hasLoss else { return nil }
    }
}

/// The words of one part of an architecture's text.
private struct Words {
    private var rest: ArraySlice<Substring>

    init(_ part: Substring) {
        rest = part.split(separator: " ")[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() -> Substring? { rest.popFirst() }

    /// A whole number of at least 0.
    mutating func whole() -> Int? {
        guard let word = next(), let value = Int(word), value >= 0 else { return nil }
        return value
    }

    /// A finite number of at least 0.
    mutating func number() -> Float? {
        guard let word = next(), let value = Float(word), value.isFinite, value >= 0 else {
            return nil
        }
        return value
    }

    mutating func activation() -> Activation? {
        switch next() {
        case "identity": .identity
        case "relu": .relu
        case "leakyRelu": number().map { .leakyRelu(slope: $0) }
        case "gelu": .gelu
        case "geluTanh": .geluTanh
        case "tanh": .tanh
        case "sigmoid": .sigmoid
        default: nil
        }
    }
}

extension Activation {
    fileprivate var text: String {
        switch self {
        case .identity: "identity"
        case .relu: "relu"
        case .leakyRelu(let slope): "leakyRelu \(slope)"
        case .gelu: "gelu"
        case .geluTanh: "geluTanh"
        case .tanh: "tanh"
        case .sigmoid: "sigmoid"
        }
    }
}

extension Loss {
    fileprivate var text: String {
        switch self {
        case .softmaxCrossEntropy(let smoothing): "softmaxCrossEntropy \(smoothing)"
        case .logistic: "logistic"
        case .hinge: "hinge"
        case .squaredHinge: "squaredHinge"
        case .squared: "squared"
        case .absolute: "absolute"
        case .huber(let delta): "huber \(delta)"
        case .quantile(let share): "quantile \(share)"
        case .poisson: "poisson"
        }
    }

    fileprivate init?(_ words: inout Words) {
        switch words.next() {
        case "softmaxCrossEntropy":
            guard let smoothing = words.number(), smoothing < 1 else { return nil }
            self = .softmaxCrossEntropy(smoothing: smoothing)
        case "logistic": self = .logistic
        case "hinge": self = .hinge
        case "squaredHinge": self = .squaredHinge
        case "squared": self = .squared
        case "absolute": self = .absolute
        case "huber":
            guard let delta = words.number() else { return nil }
            self = .huber(delta: delta)
        case "quantile":
            guard let share = words.number() else { return nil }
            self = .quantile(share)
        case "poisson": self = .poisson
        default: return nil
        }
    }
}

extension ModelArchitecture.Head {
    fileprivate init?(_ words: inout Words) {
        switch words.next() {
        case "linear": self = .linear
        case "factorizationMachine":
            guard let factors = words.whole() else { return nil }
            self = .factorizationMachine(factors: factors)
        default: return nil
        }
    }
}

extension NetworkLayer {
    fileprivate init?(_ word: Substring, _ words: inout Words) {
        switch word {
        case "dense":
            guard let units = words.whole(), let activation = words.activation() else { return nil }
            self = .dense(units: units, activation: activation)
        case "activation":
            guard let activation = words.activation() else { return nil }
            self = .activation(activation)
        case "dropout":
            guard let rate = words.number(), rate < 1 else { return nil }
            self = .dropout(rate: rate)
        case "layerNorm":
            guard let epsilon = words.number() else { return nil }
            self = .layerNorm(epsilon: epsilon)
        case "batchNorm":
            guard let epsilon = words.number(), let momentum = words.number() else { return nil }
            self = .batchNorm(epsilon: epsilon, momentum: momentum)
        case "convolution":
            guard let filters = words.whole(), let size = words.whole(),
                let stride = words.whole(), let padding = words.whole(),
                let activation = words.activation()
            else { return nil }
            self = .convolution(
                filters: filters, size: size, stride: stride, padding: padding,
                activation: activation)
        case "maximumPool", "averagePool":
            guard let size = words.whole(), let stride = words.whole(), let padding = words.whole()
            else { return nil }
            self =
                word == "maximumPool"
                ? .maximumPool(size: size, stride: stride, padding: padding)
                : .averagePool(size: size, stride: stride, padding: padding)
        case "flatten": self = .flatten
        default: return nil
        }
    }
}
