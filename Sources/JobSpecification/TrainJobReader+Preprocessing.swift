import ClusterVocabulary

extension TrainJobReader {
    /// What `preprocessing` came to.
    struct Preprocessing {
        /// Whether the one step is to standardize all numbers.
        var standardizes = false
        /// The steps otherwise.
        var steps: [PreprocessingStep] = []
    }

    private static let words = [
        "impute", "standardize", "minMax", "clip", "oneHot", "hash", "ordinal",
        "standardizeTarget", "oversample",
    ]
    /// Other names people know steps by.
    private static let aliases = ["labelEncode": "ordinal", "standardise": "standardize"]
    static let strategies = ["mean", "median", "mostFrequent", "constant"]

    /// Reads `preprocessing`: a list of steps, each a word or a map with one word.
    func readPreprocessing(_ spec: FieldReader) -> Preprocessing {
        let items = spec.list("preprocessing", atMost: PreprocessingStep.most) ?? []
        let steps = items.enumerated().compactMap { index, item in
            step(item, path: "\(spec.path("preprocessing"))[\(index)]")
        }
        if steps == [PreprocessingStep(.standardize)], items.count == 1 {
            return Preprocessing(standardizes: true)
        }
        return Preprocessing(steps: steps)
    }

    private func step(_ item: YAMLNode, path: String) -> PreprocessingStep? {
        switch item.content {
        case .scalar(let text, _) where !item.isNull:
            let reader = FieldReader(
                nil, path: path, position: item.position, collector: collector)
            return step(text, reader, at: item.position, path)
        case .mapping(let entries) where entries.count == 1:
            let reader = FieldReader(
                entries[0].value, path: "\(path).\(entries[0].key)",
                position: entries[0].keyPosition, collector: collector)
            return step(entries[0].key, reader, at: entries[0].keyPosition, path)
        default:
            collector.report(
                item.position, path,
                "expected one step, such as standardize or impute: {strategy: median}, found"
                    + " \(item.found)")
            return nil
        }
    }

    private func step(
        _ word: String, _ reader: FieldReader, at position: SourcePosition, _ path: String
    ) -> PreprocessingStep? {
        let name = TrainJobReader.aliases[word] ?? word
        guard let place = TrainJobReader.words.firstIndex(of: name),
            let kind = PreprocessingStep.Kind(rawValue: UInt8(place + 1))
        else {
            let hint = NearestName.hint(for: word, among: TrainJobReader.words)
            collector.report(position, path, "unknown step \(YAMLNode.quoted(word))\(hint)")
            return nil
        }
        var step = PreprocessingStep(kind)
        if kind != .standardizeTarget, kind != .oversample {
            step.columns = texts("columns", of: reader, bytes: 1...Limits.columnNameBytes)
        }
        switch kind {
        case .impute: readImpute(reader, into: &step)
        case .minMax: readEnds(reader, into: &step)
        case .clip: readClip(reader, into: &step)
        case .hash:
            reader.require("buckets", "buckets: 64")
            step.count = reader.integer(
                "buckets", in: PreprocessingStep.hashCounts, default: 64)
        default: break
        }
        reader.finish()
        return step
    }

    private func readImpute(_ reader: FieldReader, into step: inout PreprocessingStep) {
        let words = TrainJobReader.strategies
        let word = reader.word("strategy", among: words, default: "mean")
        let place = words.firstIndex(of: word) ?? 0
        step.strategy = PreprocessingStep.Strategy(rawValue: UInt8(place + 1)) ?? .mean
        let value = reader.text("value") { text in
            text.utf8.count > Limits.columnNameBytes
                ? "a value has at most \(Limits.columnNameBytes) bytes" : nil
        }
        if step.strategy == .constant {
            if value == nil { reader.report("strategy", "constant needs value, such as value: 0") }
            step.constant = value ?? ""
        } else if value != nil {
            reader.report("value", "belongs to strategy: constant")
        }
    }

    private func readClip(_ reader: FieldReader, into step: inout PreprocessingStep) {
        guard let items = reader.list("quantiles", atMost: 2) else {
            reader.require("min", "min: 0, max: 100, or quantiles: [0.01, 0.99]")
            reader.require("max", "min: 0, max: 100, or quantiles: [0.01, 0.99]")
            readEnds(reader, into: &step)
            return
        }
        let shares = items.compactMap { item -> Double? in
            guard case .scalar(let text, _) = item.content else { return nil }
            return try? ScalarSyntax.decimal(text)
        }
        guard shares.count == 2, shares[0] >= 0, shares[1] <= 1, shares[0] < shares[1] else {
            reader.report("quantiles", "expected two rising shares from 0 to 1, as [0.01, 0.99]")
            return
        }
        step.usesQuantiles = true
        step.lower = shares[0]
        step.upper = shares[1]
    }

    private func readEnds(_ reader: FieldReader, into step: inout PreprocessingStep) {
        func number(_ name: String, default fallback: Float) -> Double {
            Double(
                reader.single(name, default: fallback, rule: "a finite number") { $0.isFinite })
        }
        step.lower = number("min", default: 0)
        step.upper = number("max", default: 1)
        if step.lower >= step.upper { reader.report("max", "must be above min") }
    }
}

extension TrainJobSpecification {
    /// The lines of `preprocessing`, written so that the reader reads equal steps.
    func preprocessingLines() -> [String] {
        guard !preprocessing.steps.isEmpty else {
            return ["  preprocessing: [\(standardizes ? "standardize" : "")]"]
        }
        return ["  preprocessing:"]
            + preprocessing.steps.map { "    - \($0.word): {\(Self.fields($0))}" }
    }

    private static func fields(_ step: PreprocessingStep) -> String {
        var fields: [String] = []
        if !step.columns.isEmpty {
            let names = step.columns.map(CanonicalYAML.text).joined(separator: ", ")
            fields.append("columns: [\(names)]")
        }
        switch step.kind {
        case .impute:
            fields.append(
                "strategy: \(TrainJobReader.strategies[Int(step.strategy.rawValue) - 1])")
            if step.strategy == .constant {
                fields.append("value: \(CanonicalYAML.text(step.constant))")
            }
        case .clip where step.usesQuantiles:
            fields.append("quantiles: [\(step.lower), \(step.upper)]")
        case .minMax, .clip:
            fields.append("min: \(Float(step.lower)), max: \(Float(step.upper))")
        case .hash: fields.append("buckets: \(step.count)")
        default: break
        }
        return fields.joined(separator: ", ")
    }
}
