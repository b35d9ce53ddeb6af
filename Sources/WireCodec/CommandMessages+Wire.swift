import ClusterVocabulary
import Foundation

extension CommandHost: WireValue {
    init(wire: WireCommandHost) throws(WireError) {
        let check = FieldChecks("CommandHost")
        self.init(
            node: try check.node(wire.node, "node"),
            address: try check.text(wire.address, "address"),
            firstRank: try check.integer(wire.firstRank, "first_rank"),
            endRank: try check.integer(wire.endRank, "end_rank", from: wire.firstRank))
    }

    var wire: WireCommandHost {
        var wire = WireCommandHost()
        wire.node = node.name
        wire.address = address
        wire.firstRank = Int64(firstRank)
        wire.endRank = Int64(endRank)
        return wire
    }
}

extension PrepareCommand: WireValue {
    init(wire: WirePrepareCommand) throws(WireError) {
        let check = FieldChecks("PrepareCommand")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            jobName: try check.text(wire.jobName, "job_name"),
            user: try check.text(wire.user, "user"),
            work: try check.required(CommandWork.self, wire.work, wire.hasWork, "work"),
            perRank: try check.required(
                ResourceAmount.self, wire.perRank, wire.hasPerRank, "per_rank"),
            hosts: try check.list(
                CommandHost.self, wire.hosts, "hosts", most: WireLimits.mostMembers),
            startsAtOnce: wire.startsAtOnce,
            owner: wire.hasOwner
                ? CommandOwner(
                    hostUser: wire.owner.hasHostUser ? wire.owner.hostUser : nil,
                    ownsCluster: wire.owner.ownsCluster) : nil)
        guard hosts.allSatisfy({ $0.endRank <= work.ranks }) else {
            throw check.invalid("hosts", "name ranks that do not exist")
        }
    }

    var wire: WirePrepareCommand {
        var wire = WirePrepareCommand()
        wire.attempt = attempt.wire
        wire.jobName = jobName
        wire.user = user
        wire.work = work.wire
        wire.perRank = perRank.wire
        wire.hosts = hosts.map(\.wire)
        wire.startsAtOnce = startsAtOnce
        if let owner {
            var words = WireCommandOwner()
            if let hostUser = owner.hostUser { words.hostUser = hostUser }
            words.ownsCluster = owner.ownsCluster
            wire.owner = words
        }
        return wire
    }
}

extension CommandStatus: WireValue {
    init(wire: WireCommandStatus) throws(WireError) {
        let check = FieldChecks("CommandStatus")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            phase: try check.closed(CommandPhase.self, wire.phase.rawValue, "phase"),
            exit: wire.hasExit ? try CommandExit(wire: wire.exit) : nil,
            failure: wire.hasFailure
                ? try check.closed(FailureClass.self, wire.failure.rawValue, "failure") : nil,
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"),
            outputs: wire.hasOutputs ? try StoredArchive(wire: wire.outputs) : nil)
    }

    var wire: WireCommandStatus {
        var wire = WireCommandStatus()
        wire.attempt = attempt.wire
        wire.phase = WireCommandPhase(rawValue: Int(phase.rawValue)) ?? .unspecified
        if let exit { wire.exit = exit.wire }
        if let failure {
            wire.failure = WireFailureClass(rawValue: Int(failure.rawValue)) ?? .unspecified
        }
        wire.reason = reason.wire
        if let outputs { wire.outputs = outputs.wire }
        return wire
    }
}

extension StopCommand: WireValue {
    init(wire: WireStopCommand) throws(WireError) {
        let check = FieldChecks("StopCommand")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            graceSeconds: try check.number(
                wire.graceSeconds, "grace_seconds", 0...WireLimits.longestSeconds))
    }

    var wire: WireStopCommand {
        var wire = WireStopCommand()
        wire.attempt = attempt.wire
        wire.graceSeconds = graceSeconds
        return wire
    }
}

extension CommandMeasurement: WireValue {
    init(wire: WireCommandMeasurement) throws(WireError) {
        let check = FieldChecks("CommandMeasurement")
        self.init(
            try check.list(Metric.self, wire.metrics, "metrics", most: Metric.most),
            position: try check.count(wire.position, "position"))
    }

    var wire: WireCommandMeasurement {
        var wire = WireCommandMeasurement()
        wire.metrics = metrics.map(\.wire)
        wire.position = position
        return wire
    }
}

extension CommandOutput: WireValue {
    init(wire: WireCommandOutput) throws(WireError) {
        let check = FieldChecks("CommandOutput")
        guard wire.bytes.count <= CommandOutput.largestPiece else {
            throw check.invalid(
                "bytes",
                "are \(wire.bytes.count), over the limit of \(CommandOutput.largestPiece)")
        }
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            rank: try check.integer(
                wire.rank, "rank", through: Int64(CommandWork.mostRanks) - 1),
            from: try check.number(wire.from, "from", -1...WireLimits.largestCount),
            position: try check.count(wire.position, "position"), bytes: Array(wire.bytes),
            measurements: try check.list(
                CommandMeasurement.self, wire.measurements, "measurements",
                most: CommandOutput.mostMeasurements))
        for index in measurements.indices where measurements[index].position == 0 {
            measurements[index].position = end
        }
    }

    var wire: WireCommandOutput {
        var wire = WireCommandOutput()
        wire.attempt = attempt.wire
        wire.rank = Int64(rank)
        wire.from = from
        wire.position = position
        wire.bytes = .init(bytes)
        wire.measurements = measurements.map(\.wire)
        return wire
    }
}

extension OutputAcknowledgement: WireValue {
    init(wire: WireOutputAcknowledgement) throws(WireError) {
        let check = FieldChecks("OutputAcknowledgement")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            rank: try check.integer(wire.rank, "rank"),
            position: try check.count(wire.position, "position"))
    }

    var wire: WireOutputAcknowledgement {
        var wire = WireOutputAcknowledgement()
        wire.attempt = attempt.wire
        wire.rank = Int64(rank)
        wire.position = position
        return wire
    }
}
