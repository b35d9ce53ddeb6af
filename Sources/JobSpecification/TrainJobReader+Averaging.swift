import ClusterVocabulary

/// `spec.averaging`: when replicas are averaged and what is done with the average.
extension TrainJobReader {
    /// What the section says.
    struct Averaging {
        var every = TrainJobSpecification.AveragingInterval.planned
        var averagesOptimizerState = true
        var work = AveragingWork()
    }

    func readAveraging(_ spec: FieldReader) -> Averaging {
        let reader = spec.section("averaging")
        var result = Averaging()
        result.every = readInterval(reader)
        readOuter(reader, &result.work)
        let weighting = reader.word(
            "weighting", among: AveragingWork.Weighting.allCases.map(\.word), default: "equal")
        result.work.weighting = weighting == "samples" ? .samples : .equal
        let state = reader.word(
            "optimizerState", among: ["average", "reset", "keep"], default: "average")
        result.averagesOptimizerState = state == "average"
        result.work.keepsOptimizerState = state == "keep"
        let compression = reader.word(
            "compression", among: AveragingWork.Compression.allCases.map(\.word), default: "none")
        result.work.compression =
            AveragingWork.Compression.allCases.first { $0.word == compression } ?? .none
        if result.every == .once { refuseCarriedState(reader, result.work) }
        reader.belongsElsewhere([
            "movingRate": "spec.averaging.outer.elastic",
            "elastic": "spec.averaging.outer",
            "momentum": "spec.averaging.outer.nesterov",
            "nesterov": "spec.averaging.outer", "slowMomentum": "spec.averaging.outer",
            "postLocal": "spec.averaging.every", "growing": "spec.averaging.every",
        ])
        reader.finish()
        return result
    }

    /// `spec.checkpoint`: by time, by rounds, or `none`.
    func readCheckpoint(_ spec: FieldReader, _ work: inout AveragingWork) {
        work.checkpointSeconds = Limits.defaultCheckpointSeconds
        if let value = spec.value("checkpoint"), case .scalar(let text, _) = value.content,
            text == "none"
        {
            work.checkpointSeconds = 0
            return
        }
        let reader = spec.section("checkpoint")
        let seconds = reader.seconds("every", in: Limits.policySeconds)
        let rounds = reader.optionalInteger("rounds", in: Limits.checkpointRounds)
        work.checkpointRounds = rounds ?? 0
        work.checkpointSeconds =
            seconds ?? (rounds == nil ? Limits.defaultCheckpointSeconds : 0)
        reader.finish()
    }

    private func readInterval(
        _ reader: FieldReader
    ) -> TrainJobSpecification.AveragingInterval {
        guard let value = reader.value("every"), !value.isNull else { return .planned }
        if case .mapping = value.content { return readIntervalRule(reader) }
        let expected = "an integer, planned, auto, once, or a map with postLocal or growing"
        guard let (text, _) = reader.scalar("every", expected) else { return .planned }
        switch text {
        case "planned": return .planned
        case "auto": return .auto
        case "once": return .once
        default:
            guard (try? ScalarSyntax.integer(text)) != nil else {
                reader.report("every", "expected \(expected), found \(value.found)")
                return .planned
            }
            return .steps(reader.integer("every", in: Limits.stepsPerRound, default: 1))
        }
    }

    private func readIntervalRule(
        _ reader: FieldReader
    ) -> TrainJobSpecification.AveragingInterval {
        guard let (word, entry) = reader.union("every", members: ["postLocal", "growing"]) else {
            return .planned
        }
        let rule = reader.member("every", entry)
        defer { rule.finish() }
        if word == "postLocal" {
            rule.require("start", "start: 1000, the first step that is not averaged at once")
            return .postLocal(
                start: rule.integer("start", in: Limits.localFrom, default: 1),
                steps: rule.integer("steps", in: Limits.stepsPerRound, default: 16))
        }
        rule.require("alpha", "alpha: 0.1; H is at least (alpha / learning rate) squared")
        return .growing(
            base: rule.integer("base", in: Limits.stepsPerRound, default: 4),
            alpha: rule.single(
                "alpha", default: 1, rule: "greater than 0 and at most 1000000"
            ) { $0 > 0 && $0 <= Limits.learningRate })
    }

    /// The outer rule; defaults are those of the papers (DiLoCo) and of fairscale (SlowMo).
    private func readOuter(_ reader: FieldReader, _ work: inout AveragingWork) {
        let members = AveragingWork.Outer.allCases.map(\.word)
        guard let (word, entry) = reader.union("outer", members: members),
            let outer = AveragingWork.Outer.allCases.first(where: { $0.word == word })
        else { return }
        let rule = reader.member("outer", entry)
        defer { rule.finish() }
        work.outer = outer
        switch outer {
        case .average: break
        case .elastic:
            // EASGD's beta; alpha, the share each replica gives up, is beta over the replicas.
            work.outerRate = movingRate(rule)
        case .slowMomentum:
            work.outerMomentum = momentum(rule, 0.5)
            work.outerRate = rate(rule, "learningRate", 1)
        case .nesterov:
            work.outerRate = rate(rule, "learningRate", 0.7)
            work.outerMomentum = momentum(rule, 0.9)
        }
    }

    private func momentum(_ reader: FieldReader, _ fallback: Float) -> Float {
        reader.single("momentum", default: fallback, rule: "at least 0 and less than 1") {
            $0 >= 0 && $0 < 1
        }
    }

    private func rate(_ reader: FieldReader, _ name: String, _ fallback: Float) -> Float {
        reader.single(
            name, default: fallback,
            rule: "greater than 0 and at most \(Int(Limits.outerRate))"
        ) { $0 > 0 && $0 <= Limits.outerRate }
    }

    private func movingRate(_ reader: FieldReader) -> Float {
        reader.single("movingRate", default: 0.9, rule: "greater than 0 and at most 1") {
            $0 > 0 && $0 <= 1
        }
    }

    /// With one average at the end there is no later round that could use what replicas carry.
    private func refuseCarriedState(_ reader: FieldReader, _ work: AveragingWork) {
        let reason = "makes no sense with every: once: no round follows the only average, so "
        if work.keepsOptimizerState {
            reader.report("optimizerState", "keep \(reason)a kept state would never be used")
        }
        if work.outer == .elastic {
            reader.report("outer", "elastic \(reason)no replica would ever be pulled back")
        }
        if work.compression != .none {
            reader.report(
                "compression",
                "\(work.compression.word) \(reason)what rounding loses would stay lost")
        }
    }
}
