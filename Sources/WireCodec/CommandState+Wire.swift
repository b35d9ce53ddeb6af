import ClusterVocabulary

extension CommandState: WireValue {
    init(wire: WireCommandState) throws(WireError) {
        let check = FieldChecks("CommandState")
        self.init()
        infrastructureFailures = try check.integer(
            wire.infrastructureFailures, "infrastructure_failures")
        ending = wire.hasEnding ? try CommandEnding(wire: wire.ending) : nil
        exit = wire.hasExit ? try CommandExit(wire: wire.exit) : nil
        metrics = try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most)
        outputs = try check.list(
            CommandOutputs.self, wire.outputs, "outputs", most: WireLimits.mostMembers)
        measurements = try check.count(wire.measurements, "measurements")
        measuredPosition = try check.count(wire.measuredPosition, "measured_position")
    }

    var wire: WireCommandState {
        var wire = WireCommandState()
        wire.infrastructureFailures = Int64(infrastructureFailures)
        if let ending { wire.ending = ending.wire }
        if let exit { wire.exit = exit.wire }
        wire.metrics = metrics.map(\.wire)
        wire.outputs = outputs.map(\.wire)
        wire.measurements = measurements
        wire.measuredPosition = measuredPosition
        return wire
    }
}

extension CommandEnding: WireValue {
    init(wire: WireCommandEnding) throws(WireError) {
        let check = FieldChecks("CommandEnding")
        self.init(
            try check.closed(CommandEnding.Kind.self, wire.kind.rawValue, "kind"),
            try check.required(Reason.self, wire.reason, wire.hasReason, "reason"),
            node: try check.nodeName(wire.node, "node"))
    }

    var wire: WireCommandEnding {
        var wire = WireCommandEnding()
        wire.kind = WireCommandEndingKind(rawValue: Int(kind.rawValue)) ?? .unspecified
        wire.reason = reason.wire
        wire.node = node
        return wire
    }
}

extension CommandExit: WireValue {
    init(wire: WireCommandExit) throws(WireError) {
        let check = FieldChecks("CommandExit")
        self.init(
            rank: try check.integer(wire.rank, "rank"),
            code: try check.number(wire.code, "code", 0...255),
            signal: try check.number(wire.signal, "signal", 0...127))
    }

    var wire: WireCommandExit {
        var wire = WireCommandExit()
        wire.rank = Int64(rank)
        wire.code = code
        wire.signal = signal
        return wire
    }
}

extension CommandOutputs: WireValue {
    init(wire: WireCommandOutputs) throws(WireError) {
        let check = FieldChecks("CommandOutputs")
        self.init(
            firstRank: try check.integer(wire.firstRank, "first_rank"),
            archive: try check.required(
                StoredArchive.self, wire.archive, wire.hasArchive, "archive"))
    }

    var wire: WireCommandOutputs {
        var wire = WireCommandOutputs()
        wire.firstRank = Int64(firstRank)
        wire.archive = archive.wire
        return wire
    }
}
