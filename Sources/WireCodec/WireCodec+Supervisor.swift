package import ClusterVocabulary

extension WireCodec {
    /// The bytes of what a worker daemon says to its supervisor.
    package static func encode(_ command: SupervisorCommand) -> [UInt8] {
        command.encoded
    }

    /// Reads what a worker daemon says; at most ``WireLimits/largestMessage`` bytes.
    package static func decodeSupervisorCommand(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> SupervisorCommand {
        try SupervisorCommand(encoded: bytes, limit: WireLimits.largestMessage)
    }

    /// The bytes of what a supervisor says.
    package static func encode(_ report: SupervisorReport) -> [UInt8] {
        report.encoded
    }

    /// Reads what a supervisor says; at most ``WireLimits/largestInventory`` bytes.
    package static func decodeSupervisorReport(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> SupervisorReport {
        try SupervisorReport(encoded: bytes, limit: WireLimits.largestInventory)
    }

    /// The bytes a supervisor keeps for its worker: the order a task belongs to.
    package static func encode(_ prepare: PrepareCommand, on node: NodeID) -> [UInt8] {
        PreparedTask(prepare: prepare, node: node).encoded
    }

    /// Reads the order a task belongs to, and the node it was given to.
    package static func decodePreparedTask(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> (prepare: PrepareCommand, node: NodeID) {
        let task = try PreparedTask(encoded: bytes, limit: WireLimits.largestMessage)
        return (task.prepare, task.node)
    }
}

/// An order with a version in front.
struct PreparedTask: WireValue {
    let prepare: PrepareCommand
    let node: NodeID

    init(prepare: PrepareCommand, node: NodeID) {
        self.prepare = prepare
        self.node = node
    }

    init(wire: WirePrepareCommandRecord) throws(WireError) {
        let check = FieldChecks("PrepareCommandRecord")
        prepare = try check.required(
            PrepareCommand.self, wire.prepare, wire.hasPrepare, "prepare")
        node = try check.node(wire.node, "node")
    }

    var wire: WirePrepareCommandRecord {
        var wire = WirePrepareCommandRecord()
        wire.prepare = prepare.wire
        wire.node = node.name
        return wire
    }
}
