import ClusterVocabulary

extension AttemptStatus: WireValue {
    init(wire: WireAttemptStatus) throws(WireError) {
        let check = FieldChecks("AttemptStatus")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            term: try check.term(wire.term, "term"),
            phase: try check.closed(AttemptPhase.self, wire.phase.rawValue, "phase"),
            completeRounds: try check.number(
                wire.completeRounds, "complete_rounds", -1...WireLimits.largestCount),
            stateDigest: try check.digest(
                wire.stateDigest, "state_digest", digits: 32, mayBeEmpty: true),
            exchange: try check.required(
                ExchangeAddress.self, wire.exchange, wire.hasExchange, "exchange"),
            model: wire.hasModel ? try TrainedModel(wire: wire.model) : nil,
            failure: wire.hasFailure
                ? try check.closed(FailureClass.self, wire.failure.rawValue, "failure") : nil,
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"))
    }

    var wire: WireAttemptStatus {
        var wire = WireAttemptStatus()
        wire.attempt = attempt.wire
        wire.term = term.number
        wire.phase = WireAttemptPhase(rawValue: Int(phase.rawValue)) ?? .unspecified
        wire.completeRounds = completeRounds
        wire.stateDigest = stateDigest
        wire.exchange = exchange.wire
        if let model { wire.model = model.wire }
        if let failure {
            wire.failure = WireFailureClass(rawValue: Int(failure.rawValue)) ?? .unspecified
        }
        wire.reason = reason.wire
        return wire
    }
}
