import ClusterVocabulary

extension TrainJobSpecification {
    /// The line of `spec.checkpoint`.
    var checkpointLine: String {
        var fields: [String] = []
        if averaging.checkpointSeconds > 0 {
            fields.append(
                "every: \(CanonicalYAML.duration(seconds: averaging.checkpointSeconds))")
        }
        if averaging.checkpointRounds > 0 {
            fields.append("rounds: \(averaging.checkpointRounds)")
        }
        let value = fields.isEmpty ? "none" : "{\(fields.joined(separator: ", "))}"
        return "  checkpoint: \(value)"
    }

    /// The line of `spec.averaging`: what was not asked for is not written.
    var averagingLine: String {
        let interval =
            switch every {
            case .steps(let steps): String(steps)
            case .planned: "planned"
            case .auto: "auto"
            case .once: "once"
            case .postLocal(let start, let steps):
                "{postLocal: {start: \(start), steps: \(steps)}}"
            case .growing(let base, let alpha): "{growing: {base: \(base), alpha: \(alpha)}}"
            }
        var fields = ["every: \(interval)"]
        switch averaging.outer {
        case .average: break
        case .slowMomentum, .nesterov:
            let numbers =
                "learningRate: \(averaging.outerRate), momentum: \(averaging.outerMomentum)"
            fields.append("outer: {\(averaging.outer.word): {\(numbers)}}")
        case .elastic:
            fields.append("outer: {elastic: {movingRate: \(averaging.outerRate)}}")
        }
        if averaging.weighting != .equal {
            fields.append("weighting: \(averaging.weighting.word)")
        }
        let state =
            averaging.keepsOptimizerState ? "keep" : averagesOptimizerState ? "average" : "reset"
        fields.append("optimizerState: \(state)")
        if averaging.compression != .none {
            fields.append("compression: \(averaging.compression.word)")
        }
        return "  averaging: {\(fields.joined(separator: ", "))}"
    }
}
