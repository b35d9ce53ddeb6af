import ClusterVocabulary

extension ComputedRounds: WireValue {
    init(wire: WireComputedRounds) throws(WireError) {
        let check = FieldChecks("ComputedRounds")
        self.init(
            shares: try check.list(
                Share.self, wire.shares, "shares", most: WireLimits.mostMembers),
            rounds: try check.list(Round.self, wire.rounds, "rounds", most: Self.mostRounds))
        for (one, next) in zip(rounds, rounds.dropFirst()) where one.number >= next.number {
            throw check.invalid("rounds", "\(next.number) does not follow \(one.number)")
        }
    }

    var wire: WireComputedRounds {
        var wire = WireComputedRounds()
        wire.shares = shares.map(\.wire)
        wire.rounds = rounds.map(\.wire)
        return wire
    }
}

extension ComputedRounds.Share: WireValue {
    init(wire: WireReplicaShare) throws(WireError) {
        let check = FieldChecks("ReplicaShare")
        let most = Int64(WireLimits.mostReplicas)
        self.init(
            node: try check.node(wire.node, "node"),
            firstReplica: try check.integer(
                wire.firstReplica, "first_replica", through: most),
            endReplica: try check.integer(
                wire.endReplica, "end_replica", from: wire.firstReplica, through: most))
    }

    var wire: WireReplicaShare {
        var wire = WireReplicaShare()
        wire.node = node.name
        wire.firstReplica = Int64(firstReplica)
        wire.endReplica = Int64(endReplica)
        return wire
    }
}

extension ComputedRounds.Round: WireValue {
    init(wire: WireComputedRound) throws(WireError) {
        let check = FieldChecks("ComputedRound")
        self.init(
            number: try check.count(wire.number, "number"), state: wire.state,
            deltas: wire.deltas)
        _ = try check.number(deltas.count, "deltas", 1...ReplicaScalars.most)
    }

    var wire: WireComputedRound {
        var wire = WireComputedRound()
        wire.number = number
        wire.state = state
        wire.deltas = deltas
        return wire
    }
}
