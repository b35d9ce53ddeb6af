import ClusterVocabulary

extension NodeRecord: WireValue {
    init(wire: WireNodeRecord) throws(WireError) {
        let check = FieldChecks("NodeRecord")
        self.init(
            description: try check.required(
                NodeDescription.self, wire.description_p, wire.hasDescription_p, "description"),
            state: try check.closed(NodeState.self, wire.state.rawValue, "state"),
            registeredAt: try check.count(wire.registeredAt, "registered_at"))
        if wire.hasAssignment { assignment = try NodeAssignment(wire: wire.assignment) }
    }

    var wire: WireNodeRecord {
        var wire = WireNodeRecord()
        wire.description_p = description.wire
        wire.state = WireNodeState(rawValue: Int(state.rawValue)) ?? .unspecified
        wire.registeredAt = registeredAt
        if assignment != .open { wire.assignment = assignment.wire }
        return wire
    }
}

extension NodeAssignment: WireValue {
    init(wire: WireNodeAssignment) throws(WireError) {
        let check = FieldChecks("NodeAssignment")
        self.init(
            duty: try check.closed(NodeDuty.self, wire.duty.rawValue, "duty"),
            user: try check.text(wire.user, "user"),
            decidedAt: try check.count(wire.decidedAt, "decided_at"),
            graceSeconds: try check.number(
                wire.graceSeconds, "grace_seconds", 0...NodeAssignment.longestGrace))
    }

    var wire: WireNodeAssignment {
        var wire = WireNodeAssignment()
        wire.duty = WireNodeDuty(rawValue: Int(duty.rawValue)) ?? .unspecified
        wire.user = user
        wire.decidedAt = decidedAt
        wire.graceSeconds = graceSeconds
        return wire
    }
}
