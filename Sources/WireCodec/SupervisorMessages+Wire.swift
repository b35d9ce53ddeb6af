import ClusterVocabulary
import Foundation

extension TaskID: WireValue {
    init(wire: WireTaskID) throws(WireError) {
        let check = FieldChecks("TaskID")
        self.init(
            attempt: try check.required(
                AttemptID.self, wire.attempt, wire.hasAttempt, "attempt"),
            rank: try check.integer(wire.rank, "rank"))
    }

    var wire: WireTaskID {
        var wire = WireTaskID()
        wire.attempt = attempt.wire
        wire.rank = Int64(rank)
        return wire
    }
}

extension TaskStart: WireValue {
    init(wire: WireTaskStart) throws(WireError) {
        let check = FieldChecks("TaskStart")
        let seconds = 0...WireLimits.longestSeconds
        guard wire.context.count <= TaskStart.longestContext else {
            throw check.invalid("context", "is longer than \(TaskStart.longestContext) bytes")
        }
        self.init(
            task: try check.required(TaskID.self, wire.task, wire.hasTask, "task"),
            arguments: try check.list(
                wire.arguments, "arguments", most: CommandWork.mostWords + 4
            ) { (word) throws(WireError) in
                _ = try check.word(word, "arguments", longest: CommandWork.longestScript)
            },
            environment: try check.list(
                EnvironmentVariable.self, wire.environment, "environment",
                most: 4 * CommandWork.mostWords),
            folder: try check.path(wire.folder, "folder"),
            limits: try check.required(
                ResourceAmount.self, wire.limits, wire.hasLimits, "limits"),
            leaseSeconds: try check.number(wire.leaseSeconds, "lease_seconds", seconds),
            graceSeconds: try check.number(wire.graceSeconds, "grace_seconds", seconds),
            context: Array(wire.context),
            owner: wire.changesUser ? TaskOwner(user: wire.userID, group: wire.groupID) : nil)
        guard !arguments.isEmpty else { throw .missing(message: "TaskStart", field: "arguments") }
    }

    var wire: WireTaskStart {
        var wire = WireTaskStart()
        wire.task = task.wire
        wire.arguments = arguments
        wire.environment = environment.map(\.wire)
        wire.folder = folder
        wire.limits = limits.wire
        wire.leaseSeconds = leaseSeconds
        wire.graceSeconds = graceSeconds
        wire.context = .init(context)
        if let owner {
            wire.changesUser = true
            wire.userID = owner.user
            wire.groupID = owner.group
        }
        return wire
    }
}

extension TaskStop: WireValue {
    init(wire: WireTaskStop) throws(WireError) {
        let check = FieldChecks("TaskStop")
        let seconds = 0...WireLimits.longestSeconds
        self.init(
            task: try check.required(TaskID.self, wire.task, wire.hasTask, "task"),
            signal: try check.number(wire.signal, "signal", 0...64),
            signalGraceSeconds: try check.number(
                wire.signalGraceSeconds, "signal_grace_seconds", seconds),
            graceSeconds: try check.number(wire.graceSeconds, "grace_seconds", seconds))
    }

    var wire: WireTaskStop {
        var wire = WireTaskStop()
        wire.task = task.wire
        wire.signal = signal
        wire.signalGraceSeconds = signalGraceSeconds
        wire.graceSeconds = graceSeconds
        return wire
    }
}

extension TaskState: WireValue {
    init(wire: WireTaskState) throws(WireError) {
        let check = FieldChecks("TaskState")
        guard wire.context.count <= TaskStart.longestContext else {
            throw check.invalid("context", "is longer than \(TaskStart.longestContext) bytes")
        }
        self.init(
            task: try check.required(TaskID.self, wire.task, wire.hasTask, "task"),
            phase: try check.closed(TaskPhase.self, wire.phase.rawValue, "phase"),
            code: try check.number(wire.code, "code", 0...255),
            signal: try check.number(wire.signal, "signal", 0...127),
            reason: try check.required(Reason.self, wire.reason, wire.hasReason, "reason"),
            failure: wire.hasFailure
                ? try check.closed(FailureClass.self, wire.failure.rawValue, "failure") : nil,
            context: Array(wire.context))
    }

    var wire: WireTaskState {
        var wire = WireTaskState()
        wire.task = task.wire
        wire.phase = WireTaskPhase(rawValue: Int(phase.rawValue)) ?? .unspecified
        wire.code = code
        wire.signal = signal
        wire.reason = reason.wire
        if let failure {
            wire.failure = WireFailureClass(rawValue: Int(failure.rawValue)) ?? .unspecified
        }
        wire.context = .init(context)
        return wire
    }
}

extension TaskOutput: WireValue {
    init(wire: WireTaskOutput) throws(WireError) {
        let check = FieldChecks("TaskOutput")
        guard wire.bytes.count <= CommandOutput.largestPiece else {
            throw check.invalid("bytes", "are \(wire.bytes.count), over the limit")
        }
        self.init(
            task: try check.required(TaskID.self, wire.task, wire.hasTask, "task"),
            from: try check.count(wire.from, "from"),
            position: try check.count(wire.position, "position"), bytes: Array(wire.bytes),
            isAtEnd: wire.isAtEnd)
    }

    var wire: WireTaskOutput {
        var wire = WireTaskOutput()
        wire.task = task.wire
        wire.from = from
        wire.position = position
        wire.bytes = .init(bytes)
        wire.isAtEnd = isAtEnd
        return wire
    }
}

extension SupervisorCommand: WireValue {
    init(wire: WireSupervisorCommand) throws(WireError) {
        switch wire.body {
        case .start(let start): self = .start(try TaskStart(wire: start))
        case .stop(let stop): self = .stop(try TaskStop(wire: stop))
        case .forget(let task): self = .forget(try TaskID(wire: task))
        case .read(let request):
            let check = FieldChecks("TaskOutputRequest")
            self = .read(
                try check.required(TaskID.self, request.task, request.hasTask, "task"),
                from: try check.count(request.from, "from"))
        case .lease(let lease): self = .lease(contact: lease.contact)
        case .hello: self = .hello
        case nil: throw .missing(message: "SupervisorCommand", field: "body")
        }
    }

    var wire: WireSupervisorCommand {
        var wire = WireSupervisorCommand()
        switch self {
        case .start(let start): wire.start = start.wire
        case .stop(let stop): wire.stop = stop.wire
        case .forget(let task): wire.forget = task.wire
        case .read(let task, let from):
            var request = WireTaskOutputRequest()
            request.task = task.wire
            request.from = from
            wire.read = request
        case .lease(let contact):
            var lease = WireSupervisorLease()
            lease.contact = contact
            wire.lease = lease
        case .hello: wire.hello = WireSupervisorHello()
        }
        return wire
    }
}

extension SupervisorReport: WireValue {
    init(wire: WireSupervisorReport) throws(WireError) {
        switch wire.body {
        case .inventory(let inventory):
            let check = FieldChecks("SupervisorInventory")
            self = .inventory(
                try check.list(
                    TaskState.self, inventory.tasks, "tasks", most: WireLimits.mostTasks),
                limits: try check.text(
                    inventory.limits, "limits", longest: Reason.longestMessage))
        case .state(let state): self = .state(try TaskState(wire: state))
        case .output(let output): self = .output(try TaskOutput(wire: output))
        case nil: throw .missing(message: "SupervisorReport", field: "body")
        }
    }

    var wire: WireSupervisorReport {
        var wire = WireSupervisorReport()
        switch self {
        case .inventory(let tasks, let limits):
            var inventory = WireSupervisorInventory()
            inventory.tasks = tasks.map(\.wire)
            inventory.limits = limits
            wire.inventory = inventory
        case .state(let state): wire.state = state.wire
        case .output(let output): wire.output = output.wire
        }
        return wire
    }
}

extension WireSupervisorCommand: VersionedWire {}
extension WireSupervisorReport: VersionedWire {}
extension WirePrepareCommandRecord: VersionedWire {}
