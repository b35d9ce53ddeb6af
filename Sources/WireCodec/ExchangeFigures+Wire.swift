import ClusterVocabulary

extension ExchangeFigures: WireValue {
    init(wire: WireExchangeFigures) throws(WireError) {
        let check = FieldChecks("ExchangeFigures")
        self.init()
        rounds = try check.count(wire.rounds, "rounds")
        steps = try check.count(wire.steps, "steps")
        computeSeconds = try check.amount(wire.computeSeconds, "compute_seconds")
        exchangeSeconds = try check.amount(wire.exchangeSeconds, "exchange_seconds")
        straggleSeconds = try check.amount(wire.straggleSeconds, "straggle_seconds")
        waitSeconds = try check.amount(wire.waitSeconds, "wait_seconds")
        bytesSent = try check.count(wire.bytesSent, "bytes_sent")
    }

    var wire: WireExchangeFigures {
        var wire = WireExchangeFigures()
        wire.rounds = rounds
        wire.steps = steps
        wire.computeSeconds = computeSeconds
        wire.exchangeSeconds = exchangeSeconds
        wire.straggleSeconds = straggleSeconds
        wire.waitSeconds = waitSeconds
        wire.bytesSent = bytesSent
        return wire
    }
}
