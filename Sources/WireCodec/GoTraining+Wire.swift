import ClusterVocabulary

extension GoTraining: WireValue {
    init(wire: WireGoTraining) throws(WireError) {
        let check = FieldChecks("GoTraining")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            term: try check.term(wire.term, "term"),
            members: try check.list(
                TermMember.self, wire.members, "members", most: WireLimits.mostMembers),
            startRound: try check.count(wire.startRound, "start_round"),
            stateSource: wire.hasStateSource
                ? try check.node(wire.stateSource, "state_source") : nil)
    }

    var wire: WireGoTraining {
        var wire = WireGoTraining()
        wire.attempt = attempt.wire
        wire.term = term.number
        wire.members = members.map(\.wire)
        wire.startRound = startRound
        if let stateSource { wire.stateSource = stateSource.name }
        return wire
    }
}
