import ClusterVocabulary

extension TermMember: WireValue {
    init(wire: WireTermMember) throws(WireError) {
        let check = FieldChecks("TermMember")
        let mostReplicas = Int64(WireLimits.mostReplicas)
        let first = try check.integer(
            wire.firstReplica, "first_replica", through: mostReplicas - 1)
        self.init(
            node: try check.node(wire.node, "node"),
            firstReplica: first,
            endReplica: try check.integer(
                wire.endReplica, "end_replica", from: Int64(first) + 1, through: mostReplicas),
            lanes: try check.integer(wire.lanes, "lanes", from: 1, through: mostReplicas),
            exchange: try check.required(
                ExchangeAddress.self, wire.exchange, wire.hasExchange, "exchange"))
    }

    var wire: WireTermMember {
        var wire = WireTermMember()
        wire.node = node.name
        wire.firstReplica = Int64(firstReplica)
        wire.endReplica = Int64(endReplica)
        wire.lanes = Int64(lanes)
        wire.exchange = exchange.wire
        return wire
    }
}

extension ExchangeAddress: WireValue {
    /// The length of a CURVE public key in Z85.
    private static let keyLength = 40

    init(wire: WireExchangeAddress) throws(WireError) {
        let check = FieldChecks("ExchangeAddress")
        let key = wire.publicKey.utf8
        let isKey = key.count == ExchangeAddress.keyLength && key.allSatisfy { $0 > 32 && $0 < 127 }
        guard key.isEmpty || isKey else {
            throw check.invalid(
                "public_key", "is not empty and not \(ExchangeAddress.keyLength) characters of Z85")
        }
        self.init(
            hostID: try check.text(wire.hostID, "host_id"),
            local: try check.path(wire.local, "local"),
            remote: try check.path(wire.remote, "remote"),
            publicKey: wire.publicKey)
    }

    var wire: WireExchangeAddress {
        var wire = WireExchangeAddress()
        wire.hostID = hostID
        wire.local = local
        wire.remote = remote
        wire.publicKey = publicKey
        return wire
    }
}
