import ClusterVocabulary

extension PreprocessingWork: WireValue {
    init(wire: WirePreprocessingWork) throws(WireError) {
        let check = FieldChecks("PreprocessingWork")
        self.init(
            steps: try check.list(
                PreprocessingStep.self, wire.steps, "steps", most: PreprocessingStep.most),
            isStratified: wire.isStratified)
    }

    var wire: WirePreprocessingWork {
        var wire = WirePreprocessingWork()
        wire.steps = steps.map(\.wire)
        wire.isStratified = isStratified
        return wire
    }
}

extension PreprocessingStep: WireValue {
    init(wire: WirePreprocessingStep) throws(WireError) {
        let check = FieldChecks("PreprocessingStep")
        self.init(
            try check.closed(Kind.self, wire.kind.rawValue, "kind"),
            columns: try check.list(
                wire.columns, "columns", most: PreprocessingStep.mostColumns
            ) { (name) throws(WireError) in
                _ = try check.text(name, "columns")
            },
            strategy: try check.closed(Strategy.self, wire.strategy.rawValue, "strategy"),
            constant: try check.text(wire.constant, "constant"),
            usesQuantiles: wire.usesQuantiles)
        guard wire.lower.isFinite else { throw check.invalid("lower", "is no finite number") }
        guard wire.upper.isFinite else { throw check.invalid("upper", "is no finite number") }
        lower = wire.lower
        upper = wire.upper
        count = try check.integer(
            wire.count, "count", through: Int64(PreprocessingStep.hashCounts.upperBound))
        guard kind != .hash || PreprocessingStep.hashCounts.contains(count) else {
            throw check.invalid("count", "is \(count), which makes no hash")
        }
    }

    var wire: WirePreprocessingStep {
        var wire = WirePreprocessingStep()
        wire.kind = WirePreprocessingKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.columns = columns
        wire.strategy = WireImputeStrategy(rawValue: Int(strategy.rawValue)) ?? .unspecified
        wire.constant = constant
        wire.lower = lower
        wire.upper = upper
        wire.usesQuantiles = usesQuantiles
        wire.count = Int64(count)
        return wire
    }
}
