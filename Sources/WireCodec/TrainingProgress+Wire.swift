import ClusterVocabulary

extension TrainingProgress: WireValue {
    // Any loss passes: a diverged one is NaN or infinite and has to be told.
    init(wire: WireTrainingProgress) throws(WireError) {
        let check = FieldChecks("TrainingProgress")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            term: try check.term(wire.term, "term"),
            completeRounds: try check.count(wire.completeRounds, "complete_rounds"),
            totalRounds: try check.count(wire.totalRounds, "total_rounds"),
            stateDigest: try check.digest(
                wire.stateDigest, "state_digest", digits: 32, mayBeEmpty: true),
            samples: try check.count(wire.samples, "samples"),
            samplesPerSecond: try check.amount(wire.samplesPerSecond, "samples_per_second"),
            trainLoss: wire.trainLoss,
            epoch: try check.count(wire.epoch, "epoch"),
            metrics: try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most))
        if wire.hasExchange { exchange = try ExchangeFigures(wire: wire.exchange) }
        if wire.hasComputed { computed = try ComputedRounds(wire: wire.computed) }
    }

    var wire: WireTrainingProgress {
        var wire = WireTrainingProgress()
        wire.attempt = attempt.wire
        wire.term = term.number
        wire.completeRounds = completeRounds
        wire.totalRounds = totalRounds
        wire.stateDigest = stateDigest
        wire.samples = samples
        wire.samplesPerSecond = samplesPerSecond
        wire.trainLoss = trainLoss
        wire.epoch = epoch
        wire.metrics = metrics.map(\.wire)
        if exchange != ExchangeFigures() { wire.exchange = exchange.wire }
        if let computed { wire.computed = computed.wire }
        return wire
    }
}

extension LogLine: WireValue {
    init(wire: WireLogLine) throws(WireError) {
        let check = FieldChecks("LogLine")
        guard !wire.text.hasLineBreak else {
            throw check.invalid("text", "has a line break")
        }
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            text: try check.text(wire.text, "text", longest: LogLine.longest))
    }

    // The line comes from a program's output; what breaks the rule is mended, not refused.
    var wire: WireLogLine {
        var wire = WireLogLine()
        wire.attempt = attempt.wire
        wire.text = text.onOneLine.cut(toBytes: LogLine.longest)
        return wire
    }
}
