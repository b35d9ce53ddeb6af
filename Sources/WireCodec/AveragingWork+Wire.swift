import ClusterVocabulary

extension AveragingWork: WireValue {
    init(wire: WireAveragingWork) throws(WireError) {
        let check = FieldChecks("AveragingWork")
        self.init()
        interval = try check.closed(Interval.self, wire.interval.rawValue, "interval")
        localFrom = try check.integer(wire.localFrom, "local_from")
        alpha = try check.amount(wire.alpha, "alpha")
        target = try check.share(wire.target, "target")
        if wire.hasChoice {
            choice = Choice(
                round: try check.count(wire.choice.round, "choice.round"),
                steps: try check.integer(wire.choice.steps, "choice.steps", from: 1))
        }
        outer = try check.closed(Outer.self, wire.outer.rawValue, "outer")
        outerRate = try check.amount(wire.outerRate, "outer_rate")
        outerMomentum = try check.share(wire.outerMomentum, "outer_momentum")
        weighting = try check.closed(Weighting.self, wire.weighting.rawValue, "weighting")
        keepsOptimizerState = wire.keepsOptimizerState
        compression = try check.closed(Compression.self, wire.compression.rawValue, "compression")
        overlaps = wire.overlaps
        let seconds = 0...WireLimits.longestSeconds
        checkpointSeconds = try check.number(
            wire.checkpointSeconds, "checkpoint_seconds", seconds)
        checkpointRounds = try check.count(wire.checkpointRounds, "checkpoint_rounds")
    }

    var wire: WireAveragingWork {
        var wire = WireAveragingWork()
        wire.interval = WireAveragingInterval(rawValue: Int(interval.rawValue)) ?? .unspecified
        wire.localFrom = Int64(localFrom)
        wire.alpha = alpha
        wire.target = target
        if let choice {
            wire.choice.round = choice.round
            wire.choice.steps = Int64(choice.steps)
        }
        wire.outer = WireOuterRule(rawValue: Int(outer.rawValue)) ?? .unspecified
        wire.outerRate = outerRate
        wire.outerMomentum = outerMomentum
        wire.weighting = WireReplicaWeighting(rawValue: Int(weighting.rawValue)) ?? .unspecified
        wire.keepsOptimizerState = keepsOptimizerState
        wire.compression =
            WireDeltaCompression(rawValue: Int(compression.rawValue)) ?? .unspecified
        wire.overlaps = overlaps
        wire.checkpointSeconds = checkpointSeconds
        wire.checkpointRounds = checkpointRounds
        return wire
    }
}
