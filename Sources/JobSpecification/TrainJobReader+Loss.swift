import ClusterVocabulary

/// `spec.training.loss` and `classWeights`.
extension TrainJobReader {
    /// The loss as written; nil leaves the choice to the model.
    func readLoss(_ training: FieldReader) -> LossWork? {
        guard let value = training.value("loss"), !value.isNull else { return nil }
        let kinds = LossWork.Kind.allCases
        let words = kinds.map(\.word)
        if case .scalar(let word, _) = value.content {
            guard let kind = kinds.first(where: { $0.word == word }) else {
                let hint = NearestName.hint(for: word, among: words)
                training.report("loss", "unknown loss \(YAMLNode.quoted(word))\(hint)")
                return nil
            }
            return LossWork(kind: kind, parameter: TrainJobReader.parameter(of: kind))
        }
        guard let (word, entry) = training.union("loss", members: words),
            let kind = kinds.first(where: { $0.word == word })
        else { return nil }
        let reader = training.member("loss", entry)
        defer { reader.finish() }
        var loss = LossWork(kind: kind, parameter: TrainJobReader.parameter(of: kind))
        switch kind {
        case .softmaxCrossEntropy:
            loss.parameter = reader.single(
                "labelSmoothing", default: 0, rule: "at least 0 and less than 1"
            ) { $0 >= 0 && $0 < 1 }
        case .huber:
            loss.parameter = reader.single(
                "delta", default: loss.parameter, rule: "greater than 0 and finite"
            ) { $0 > 0 && $0.isFinite }
        case .quantile:
            loss.parameter = reader.single(
                "quantile", default: loss.parameter, rule: "greater than 0 and less than 1"
            ) { $0 > 0 && $0 < 1 }
        case .logistic, .hinge, .squaredHinge, .squared, .absolute, .poisson: break
        }
        return loss
    }

    private static func parameter(of kind: LossWork.Kind) -> Float {
        switch kind {
        case .huber: 1
        case .quantile: 0.5
        default: 0
        }
    }

    /// `balanced`, `equal`, or a map of classes to weights.
    func readClassWeights(_ training: FieldReader, into loss: inout LossWork) {
        guard let value = training.value("classWeights"), !value.isNull else { return }
        if case .scalar = value.content {
            let word = training.word(
                "classWeights", among: ["balanced", "equal"], default: "equal")
            loss.classWeighting = word == "balanced" ? .balanced : .equal
        } else {
            let reader = training.section("classWeights")
            let entries = reader.writtenEntries
            guard entries.count <= LossWork.mostClassWeights else {
                let most = LossWork.mostClassWeights
                training.report(
                    "classWeights", "has \(entries.count) classes, at most \(most) are allowed")
                return
            }
            reader.finishRepeated()
            loss.classWeighting = .named
            loss.classWeights = entries.map { entry in
                let weight = reader.single(
                    entry.key, default: 1, rule: "at least 0 and finite"
                ) { $0 >= 0 && $0.isFinite }
                return LossWork.ClassWeight(name: entry.key, weight: weight)
            }.sorted { $0.name < $1.name }
        }
        if loss.classWeighting != .equal, !loss.kind.isClassification {
            training.report(
                "classWeights", "the loss \(loss.kind.word) has numbers as targets, not classes")
        }
    }

    /// The losses a model can be trained for, the usual one first.
    static func losses(of kind: ModelWork.Kind) -> [LossWork.Kind] {
        switch kind {
        case .softmaxRegression: [.softmaxCrossEntropy]
        case .logisticRegression: [.logistic]
        case .linearRegression: [.squared, .absolute, .huber, .quantile, .poisson]
        case .linearSVM: [.hinge, .squaredHinge]
        case .mlp, .cnn: LossWork.Kind.allCases
        case .factorizationMachine:
            [.logistic, .hinge, .squaredHinge]
                + [.squared, .absolute, .huber, .quantile, .poisson]
        }
    }

    /// The loss of a model: the one written, if it fits, else the model's usual one.
    func loss(
        _ written: LossWork?, for kind: ModelWork.Kind, _ training: FieldReader
    ) -> LossWork {
        let possible = TrainJobReader.losses(of: kind)
        guard let written else { return LossWork(kind: possible[0]) }
        if !possible.contains(written.kind) {
            let words = possible.map(\.word).joined(separator: ", ")
            training.report(
                "loss", "\(kind.word) is trained for \(words), not for \(written.kind.word)")
        }
        return written
    }
}
