import ClusterVocabulary

extension WorkerMessage: WireValue {
    init(wire: WireWorkerMessage) throws(WireError) {
        switch wire.body {
        case .register(let description): self = .register(try NodeDescription(wire: description))
        case .heartbeat(let heartbeat): self = .heartbeat(try Heartbeat(wire: heartbeat))
        case .status(let status): self = .status(try AttemptStatus(wire: status))
        case .progress(let progress): self = .progress(try TrainingProgress(wire: progress))
        case .staged(let staged): self = .staged(try DatasetStaged(wire: staged))
        case .log(let line): self = .log(try LogLine(wire: line))
        case .checkpointed(let written):
            self = .checkpointed(try CheckpointWritten(wire: written))
        case .leaving: self = .leaving
        case .command(let status): self = .command(try CommandStatus(wire: status))
        case .output(let output): self = .output(try CommandOutput(wire: output))
        case nil: throw .missing(message: "WorkerMessage", field: "body")
        }
    }

    var wire: WireWorkerMessage {
        var wire = WireWorkerMessage()
        switch self {
        case .register(let description): wire.register = description.wire
        case .heartbeat(let heartbeat): wire.heartbeat = heartbeat.wire
        case .status(let status): wire.status = status.wire
        case .progress(let progress): wire.progress = progress.wire
        case .staged(let staged): wire.staged = staged.wire
        case .log(let line): wire.log = line.wire
        case .checkpointed(let written): wire.checkpointed = written.wire
        case .leaving: wire.leaving = WireLeaving()
        case .command(let status): wire.command = status.wire
        case .output(let output): wire.output = output.wire
        }
        return wire
    }
}

extension Heartbeat: WireValue {
    init(wire: WireHeartbeat) throws(WireError) {
        let check = FieldChecks("Heartbeat")
        self.init(
            incarnation: try check.required(
                Incarnation.self, wire.incarnation, wire.hasIncarnation, "incarnation"),
            sequence: try check.number(wire.sequence, "sequence", 0...WireLimits.largestNumber),
            held: try check.list(
                AttemptStatus.self, wire.held, "held", most: Heartbeat.mostHeld),
            commands: try check.list(
                CommandStatus.self, wire.commands, "commands", most: Heartbeat.mostHeld),
            knowsCommands: wire.knowsCommands)
    }

    var wire: WireHeartbeat {
        var wire = WireHeartbeat()
        wire.incarnation = incarnation.wire
        wire.sequence = sequence
        wire.held = held.map(\.wire)
        wire.commands = commands.map(\.wire)
        wire.knowsCommands = knowsCommands
        return wire
    }
}

extension DatasetStaged: WireValue {
    init(wire: WireDatasetStaged) throws(WireError) {
        let check = FieldChecks("DatasetStaged")
        self.init(
            key: try check.digest(wire.key, "key", digits: 64),
            rows: try check.count(wire.rows, "rows"),
            isHeld: wire.isHeld,
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"))
    }

    var wire: WireDatasetStaged {
        var wire = WireDatasetStaged()
        wire.key = key
        wire.rows = rows
        wire.isHeld = isHeld
        wire.reason = reason.wire
        return wire
    }
}
