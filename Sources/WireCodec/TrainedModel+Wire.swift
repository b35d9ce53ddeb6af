import ClusterVocabulary

extension TrainedModel: WireValue {
    init(wire: WireTrainedModel) throws(WireError) {
        let check = FieldChecks("TrainedModel")
        self.init(
            weightsDigest: try check.digest(wire.weightsDigest, "weights_digest", digits: 64),
            descriptionDigest: try check.digest(
                wire.descriptionDigest, "description_digest", digits: 64),
            byteCount: try check.count(wire.byteCount, "byte_count"),
            metrics: try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most),
            roundChain: try check.digest(wire.roundChain, "round_chain", digits: 32),
            rounds: try check.count(wire.rounds, "rounds"))
        state = wire.hasState ? try CheckpointReference(wire: wire.state) : nil
    }

    var wire: WireTrainedModel {
        var wire = WireTrainedModel()
        wire.weightsDigest = weightsDigest
        wire.descriptionDigest = descriptionDigest
        wire.byteCount = byteCount
        wire.metrics = metrics.map(\.wire)
        wire.roundChain = roundChain
        wire.rounds = rounds
        if let state { wire.state = state.wire }
        return wire
    }
}

extension Metric: WireValue {
    // Any value passes: a diverged loss is NaN or infinite and has to be told.
    init(wire: WireMetric) throws(WireError) {
        let check = FieldChecks("Metric")
        self.init(try check.text(wire.name, "name", mayBeEmpty: false), wire.value)
    }

    var wire: WireMetric {
        var wire = WireMetric()
        wire.name = name
        wire.value = value
        return wire
    }
}
