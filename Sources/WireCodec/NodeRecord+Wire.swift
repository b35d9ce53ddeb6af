import ClusterVocabulary

extension NodeRecord: WireValue {
    init(wire: WireNodeRecord) throws(WireError) {
        let check = FieldChecks("NodeRecord")
        self.init(
            description: try check.required(
                NodeDescription.self, wire.description_p, wire.hasDescription_p, "description"),
            state: try check.closed(NodeState.self, wire.state.rawValue, "state"),
            registeredAt: try check.count(wire.registeredAt, "registered_at"))
    }

    var wire: WireNodeRecord {
        var wire = WireNodeRecord()
        wire.description_p = description.wire
        wire.state = WireNodeState(rawValue: Int(state.rawValue)) ?? .unspecified
        wire.registeredAt = registeredAt
        return wire
    }
}
