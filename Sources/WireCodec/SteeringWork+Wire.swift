import ClusterVocabulary

extension SteeringWork: WireValue {
    init(wire: WireSteeringWork) throws(WireError) {
        let check = FieldChecks("SteeringWork")
        self.init()
        monitor = try check.closed(Monitor.self, wire.monitor.rawValue, "monitor")
        patience = try check.integer(wire.patience, "patience")
        leastChange = try check.amount(wire.leastChange, "least_change")
        restoresBest = wire.restoresBest
        averageDecay = try check.share(wire.averageDecay, "average_decay")
    }

    var wire: WireSteeringWork {
        var wire = WireSteeringWork()
        wire.monitor = WireValidationMonitor(rawValue: Int(monitor.rawValue)) ?? .unspecified
        wire.patience = Int64(patience)
        wire.leastChange = leastChange
        wire.restoresBest = restoresBest
        wire.averageDecay = averageDecay
        return wire
    }
}
