import ClusterVocabulary

/// `spec.model`: which model, and its numbers.
extension TrainJobReader {
    /// Another name of linear regression, with its penalty beside it.
    private static let ridge = "ridgeRegression"

    /// What `spec.model` says beyond the model itself.
    struct Model {
        var work = ModelWork.layered([])
        /// The penalty on squares of weights that `ridgeRegression` states.
        var l2: Float?
    }

    func readModel(_ spec: FieldReader) -> Model {
        spec.require("model", "model: {mlp: {hidden: [64]}}")
        let initial = "stands beside the model: spec.initial: {model: digits@3}"
        let members = ModelWork.Kind.allCases.map(\.word) + [TrainJobReader.ridge]
        guard let value = spec.value("model") else { return Model() }
        guard !value.isNull else {
            spec.report("model", "needs one of \(members.joined(separator: ", "))")
            return Model()
        }
        guard
            let (member, entry) = spec.union(
                "model", members: members, refused: ["initial": initial])
        else { return Model() }
        let reader = spec.member("model", entry)
        defer { reader.finish() }
        var model = Model()
        if member == TrainJobReader.ridge {
            model.work = ModelWork(kind: .linearRegression)
            model.l2 = reader.single("l2", default: 1e-4, rule: "at least 0 and finite") {
                $0 >= 0 && $0.isFinite
            }
            reader.belongsElsewhere(["alpha": "l2, here"])
            return model
        }
        let kind = ModelWork.Kind.allCases.first { $0.word == member } ?? .softmaxRegression
        model.work = ModelWork(kind: kind)
        switch kind {
        case .softmaxRegression, .logisticRegression, .linearRegression, .linearSVM: break
        case .mlp: readPerceptron(reader, &model.work)
        case .cnn: readLayers(reader, &model.work)
        case .factorizationMachine:
            model.work.factors = reader.integer("factors", in: Limits.factors, default: 8)
        }
        return model
    }

    private func readPerceptron(_ reader: FieldReader, _ work: inout ModelWork) {
        work.activation = activation(reader, "activation")
        work.slope = slope(reader)
        work.dropout = rate(reader, "dropout", default: 0)
        work.inputDropout = rate(reader, "inputDropout", default: 0)
        let words = ModelWork.Normalization.allCases.map(\.word)
        let word = reader.word("normalization", among: words, default: "none")
        work.normalization = .allCases.first { $0.word == word } ?? .none
        reader.require("hidden", "hidden: [64]")
        guard let items = reader.list("hidden", atMost: Limits.hiddenLayers) else { return }
        if items.isEmpty {
            reader.report("hidden", "needs at least one layer; without any use softmaxRegression")
        }
        work.hidden = items.enumerated().map { index, item in
            whole(item, "\(reader.path("hidden"))[\(index)]", in: Limits.layerWidth)
        }
    }

    /// An integer that is an item of a list.
    private func whole(_ item: YAMLNode, _ path: String, in range: ClosedRange<Int>) -> Int {
        guard case .scalar(let text, _) = item.content, !item.isNull,
            let value = try? ScalarSyntax.integer(text)
        else {
            collector.report(item.position, path, "expected an integer, found \(item.found)")
            return range.lowerBound
        }
        guard (Int64(range.lowerBound)...Int64(range.upperBound)).contains(value) else {
            let message =
                "must be from \(range.lowerBound) to \(range.upperBound), found \(value)"
            collector.report(item.position, path, message)
            return range.lowerBound
        }
        return Int(value)
    }

    // MARK: layers of a cnn

    private func readLayers(_ reader: FieldReader, _ work: inout ModelWork) {
        if reader.has("input") {
            let input = reader.section("input")
            work.height = input.integer("height", in: Limits.imageSide, default: 1)
            work.width = input.integer("width", in: Limits.imageSide, default: 1)
            work.channels = input.integer("channels", in: Limits.imageSide, default: 1)
            for side in ["height", "width"] { input.require(side, "\(side): 28") }
            input.finish()
        } else {
            _ = reader.value("input")
        }
        work.slope = slope(reader)
        reader.require("layers", "layers: [{conv2d: {filters: 8, size: 3}}, {flatten: {}}]")
        guard let items = reader.list("layers", atMost: Limits.networkLayers) else { return }
        for (index, item) in items.enumerated() {
            let path = "\(reader.path("layers"))[\(index)]"
            if let layer = readLayer(item, path) { work.layers.append(layer) }
        }
    }

    /// One layer: its name as a word, or a map of its name to its numbers.
    private func readLayer(_ item: YAMLNode, _ path: String) -> ModelWork.Layer? {
        let kinds = ModelWork.Layer.Kind.allCases
        let words = kinds.map(\.word)
        func unknown(_ word: String, at position: SourcePosition) {
            let hint = NearestName.hint(for: word, among: words)
            collector.report(position, path, "unknown layer \(YAMLNode.quoted(word))\(hint)")
        }
        switch item.content {
        case .scalar(let word, _) where !item.isNull:
            guard let kind = kinds.first(where: { $0.word == word }) else {
                unknown(word, at: item.position)
                return nil
            }
            let reader = FieldReader(
                nil, path: "\(path).\(word)", position: item.position, collector: collector)
            return readNumbers(kind, reader, isWord: true)
        case .mapping(let entries) where entries.count == 1:
            guard let kind = kinds.first(where: { $0.word == entries[0].key }) else {
                unknown(entries[0].key, at: entries[0].keyPosition)
                return nil
            }
            let reader = FieldReader(
                entries[0].value, path: "\(path).\(kind.word)", position: entries[0].keyPosition,
                collector: collector)
            defer { reader.finish() }
            return readNumbers(kind, reader, isWord: false)
        default:
            let message =
                "expected one layer, for example {conv2d: {filters: 8, size: 3}}, found "
                + item.found
            collector.report(item.position, path, message)
            return nil
        }
    }

    private func readNumbers(
        _ kind: ModelWork.Layer.Kind, _ reader: FieldReader, isWord: Bool
    ) -> ModelWork.Layer {
        var layer = ModelWork.Layer(kind: kind)
        switch kind {
        case .conv2d:
            layer.units = needed(reader, "filters", Limits.layerWidth, isWord)
            layer.size = needed(reader, "size", Limits.imageSide, isWord)
            layer.stride = reader.integer("stride", in: Limits.imageSide, default: 1)
            layer.padding = padding(reader, layer.size)
            layer.activation = activation(reader, "activation")
            reader.belongsElsewhere(["kernel": "size, here", "kernelSize": "size, here"])
        case .maxPool, .averagePool:
            layer.size = reader.integer("size", in: Limits.imageSide, default: 2)
            layer.stride = reader.integer("stride", in: Limits.imageSide, default: layer.size)
            layer.padding = padding(reader, layer.size)
        case .dense:
            layer.units = needed(reader, "units", Limits.layerWidth, isWord)
            layer.activation = activation(reader, "activation")
        case .dropout: layer.rate = rate(reader, "rate", default: 0.5)
        case .activation: layer.activation = activation(reader, "kind")
        case .flatten, .batchNorm, .layerNorm: break
        }
        return layer
    }

    private func needed(
        _ reader: FieldReader, _ name: String, _ range: ClosedRange<Int>, _ isWord: Bool
    ) -> Int {
        if isWord {
            collector.report(reader.position, reader.path(name), "is missing, for example: 8")
        } else {
            reader.require(name, "\(name): 8")
        }
        return reader.integer(name, in: range, default: range.lowerBound)
    }

    private func padding(_ reader: FieldReader, _ size: Int) -> Int {
        let padding = reader.integer("padding", in: 0...Limits.imageSide.upperBound, default: 0)
        guard padding < size else {
            reader.report("padding", "must be less than size (\(size)), found \(padding)")
            return 0
        }
        return padding
    }

    // MARK: shared fields

    private func activation(_ reader: FieldReader, _ name: String) -> ModelWork.Activation {
        let words = ModelWork.Activation.allCases.map(\.word)
        let word = reader.word(name, among: words, default: "relu")
        return .allCases.first { $0.word == word } ?? .relu
    }

    private func slope(_ reader: FieldReader) -> Float {
        reader.single("slope", default: 0.01, rule: "at least 0 and finite") {
            $0 >= 0 && $0.isFinite
        }
    }

    private func rate(_ reader: FieldReader, _ name: String, default fallback: Float) -> Float {
        reader.single(name, default: fallback, rule: "at least 0 and less than 1") {
            $0 >= 0 && $0 < 1
        }
    }
}
