import ClusterVocabulary

@testable import SchedulerCore

/// A command line of a scenario: words, then `key=value` arguments in any order.
struct ScenarioCommand {
    let verb: String
    var words: [String] = []
    var values: [String: String] = [:]

    init(_ text: String) {
        let parts = text.split(separator: " ").map(String.init)
        verb = parts.first ?? ""
        for part in parts.dropFirst() {
            if let equal = part.firstIndex(of: "="),
                !part.contains(":") || part.hasPrefix("kernels")
            {
                values[String(part[..<equal])] = String(part[part.index(after: equal)...])
            } else {
                words.append(part)
            }
        }
    }

    var node: NodeID { NodeID(words.first ?? "") }

    func number(_ key: String, _ fallback: Int64) -> Int64 {
        values[key].flatMap { Int64($0) } ?? fallback
    }

    /// `500ms`, `3s` or `2m`.
    static func duration(_ text: String) -> Duration {
        let digits = Int64(text.prefix { $0.isNumber }) ?? 0
        if text.hasSuffix("ms") { return .milliseconds(digits) }
        return text.hasSuffix("m") ? .seconds(digits * 60) : .seconds(digits)
    }

    /// `256Mi` or `2Gi`.
    func bytes(_ key: String, _ fallback: String) -> Int64 {
        let text = values[key] ?? fallback
        let digits = Int64(text.prefix { $0.isNumber }) ?? 0
        return text.hasSuffix("Gi") ? digits << 30 : digits << 20
    }
}

extension ScenarioWorld {
    /// Runs one command and prints what followed.
    mutating func run(_ text: String) -> [String] {
        let command = ScenarioCommand(text)
        switch command.verb {
        case "submit": return step(.submit(submission(command), token()))
        case "cancel", "delete", "suspend", "resume": return runOnJob(command)
        case "register": return register(command)
        case "heartbeat": return heartbeat(command)
        case "status": return status(command)
        case "forget":
            if let job = job(named: command.words.dropFirst().first ?? "") {
                holding[command.node]?[job.id] = nil
            }
            return []
        case "progress": return progress(command)
        case "command": return commandStatus(command)
        case "print": return printed(command)
        case "drop": return drop(command)
        case "staged":
            let reason: Reason
            switch command.values["failed"] {
            case "data": reason = Reason(.badData, "row 7 has no label")
            case "host": reason = Reason(.hostFault, "the disk is full")
            default: reason = .none
            }
            return step(
                .message(
                    command.node,
                    .staged(
                        DatasetStaged(
                            key: command.words.dropFirst().first ?? "",
                            rows: command.number("rows", 1_797), isHeld: reason == .none,
                            reason: reason))))
        case "checkpoint": return checkpoint(command)
        case "leave": return step(.message(command.node, .leaving))
        case "disconnect": return step(.disconnected(command.node))
        case "cordon", "drain", "uncordon": return assign(command)
        case "remove": return step(.removeNode(command.node))
        case "disk": return step(.diskBelowFloor(command.words.first == "low"))
        case "advance":
            let beating = command.values["beat"]?.split(separator: ",") ?? []
            return advance(
                ScenarioCommand.duration(command.words.first ?? ""),
                beating: beating.map { NodeID(String($0)) })
        case "supervisor":
            descriptions[command.node]?.runsCommands = true
            return []
        case "clock":
            moment.wallMilliseconds += Int64(command.words.first ?? "") ?? 0
            return []
        case "stall":
            pass(ScenarioCommand.duration(command.words.first ?? ""))
            return step(.wake)
        case "restart":
            restart()
            return EffectPrinter(scheduler: scheduler, ledger: ledger).state()
        case "state": return EffectPrinter(scheduler: scheduler, ledger: ledger).state()
        case "explain": return explain(command)
        default: return ["unknown command: \(command.verb)"]
        }
    }

    private mutating func assign(_ command: ScenarioCommand) -> [String] {
        let duties: [String: NodeDuty] = ["cordon": .cordoned, "drain": .draining]
        let assignment = NodeAssignment(
            duty: duties[command.verb] ?? .open, user: "ana", decidedAt: moment.wallMilliseconds,
            graceSeconds: command.number("grace", 600))
        return step(.assign(command.node, assignment, token()))
    }

    private mutating func runOnJob(_ command: ScenarioCommand) -> [String] {
        let id = job(named: command.words.first ?? "")?.id ?? JobID(999)
        switch command.verb {
        case "cancel": return step(.cancel(id, token()))
        case "delete": return step(.delete(id, token()))
        default: return step(.suspend(id, command.verb == "suspend", token()))
        }
    }

    private func submission(_ command: ScenarioCommand) -> Submission {
        var requirements = Sample.requirements(
            milliCPU: command.number("cpu", 1) * 1_000, memoryBytes: command.bytes("mem", "256Mi"),
            backoffLimit: Int(command.number("backoff", 3)))
        requirements.mostHosts = Int(command.number("hosts", 0))
        requirements.numerics = command.values["numerics"] ?? "portable"
        requirements.timeLimitSeconds = command.number("timeLimit", 0)
        requirements.keepFinishedSeconds = command.number("ttl", 0)
        requirements.isSuspended = command.words.contains("suspended")
        var work = Sample.work(
            data: command.values["data"] ?? "digits",
            replicas: Int(command.number("replicas", 1)),
            stepsPerRound: Int(command.number("steps", 4)))
        work.auditedRounds = command.number("audit", 0)
        if command.words.contains("measured") { work.averaging.interval = .measured }
        if let ranks = command.values["ranks"].flatMap({ Int($0) }) {
            return commandSubmission(command, requirements, ranks: ranks)
        }
        return Sample.submission(
            name: command.words.first ?? "", key: command.values["key"] ?? "", work: work,
            requirements: requirements)
    }

    private mutating func register(_ command: ScenarioCommand) -> [String] {
        let kernels = (command.values["kernels"] ?? "Haswell:aa").split(separator: ",")
        var description = Sample.node(
            command.node.name, life: UInt64(command.number("life", 1)),
            milliCPU: command.number("cpu", 2) * 1_000, memoryBytes: command.bytes("mem", "2Gi"),
            fingerprints: kernels.map { kernel in
                let parts = kernel.split(separator: ":").map(String.init)
                return KernelFingerprint(coreType: parts.first ?? "", digest: parts.last ?? "")
            },
            data: (command.values["data"] ?? "digits").split(separator: ",").map(String.init))
        if command.values["data"] == "none" { description.heldDatasets = [] }
        description.protocolVersion = UInt32(command.number("protocol", 1))
        description.reach = ExchangeReach(
            hostID: command.values["host"] ?? "", isRemote: command.values["remote"] == "yes")
        description.runsCommands = command.values["commands"] != "no"
        description.machineID = command.values["machine"] ?? ""
        if let boot = command.values["boot"] {
            description.incarnation = Incarnation(
                bootID: boot, life: description.incarnation.life)
        }
        if descriptions[command.node]?.incarnation != description.incarnation {
            holding[command.node] = [:]
        }
        descriptions[command.node] = description
        return step(.message(command.node, .register(description)))
    }

    private mutating func heartbeat(_ command: ScenarioCommand) -> [String] {
        for word in command.words.dropFirst() { remember(word, of: command.node) }
        return beat(command.node)
    }

    private mutating func status(_ command: ScenarioCommand) -> [String] {
        guard let status = remember(command.words.dropFirst().first ?? "", of: command.node) else {
            return ["unknown job"]
        }
        return step(.message(command.node, .status(status)))
    }

    /// `digits-1:prepared:rounds=3:term=2:attempt=1:digest=…:fault=program:why=words`, where term
    /// and attempt are the job's present ones unless told.
    @discardableResult
    private mutating func remember(_ word: String, of node: NodeID) -> AttemptStatus? {
        let parts = word.split(separator: ":").map(String.init)
        guard parts.count >= 2, let record = job(named: parts[0]) else { return nil }
        var values: [String: String] = [:]
        for part in parts.dropFirst(2) {
            let pair = part.split(separator: "=").map(String.init)
            values[pair[0]] = pair.count > 1 ? pair[1] : ""
        }
        let phases: [String: AttemptPhase] = [
            "starting": .starting, "prepared": .prepared, "training": .training,
            "finished": .finished, "published": .published, "failed": .failed,
        ]
        let rounds = values["rounds"].flatMap { Int64($0) } ?? -1
        let attempt = values["attempt"].flatMap { UInt32($0) } ?? record.attempt
        var status = AttemptStatus(
            attempt: AttemptID(job: record.id, number: attempt),
            term: Term(values["term"].flatMap { UInt64($0) } ?? record.term.number),
            phase: phases[parts[1]] ?? .starting, completeRounds: rounds,
            stateDigest: values["digest"] ?? (rounds < 0 ? "" : "state\(rounds)"),
            exchange: ExchangeAddress(
                hostID: "boot", local: "ipc://\(node)", remote: "", publicKey: ""))
        if status.phase == .finished || status.phase == .published {
            status.model = Sample.model(values["digest"] ?? "good")
        }
        if status.phase == .failed {
            let faults: [String: FailureClass] = [
                "job": .job, "program": .program, "host": .infrastructure,
            ]
            let failure = faults[values["fault"] ?? "program"] ?? .program
            status.failure = failure
            let codes: [FailureClass: Reason.Code] = [
                .job: .diverged, .program: .trainerDied, .infrastructure: .hostFault,
            ]
            status.reason = Reason(codes[failure] ?? .trainerDied, values["why"] ?? "signal 9")
        }
        holding[node, default: [:]][record.id] = status
        return status
    }

    private mutating func progress(_ command: ScenarioCommand) -> [String] {
        guard let record = job(named: command.words.dropFirst().first ?? "") else { return [] }
        let rounds = command.number("rounds", 0)
        if holding[command.node]?[record.id]?.term == record.term {
            holding[command.node]?[record.id]?.completeRounds = rounds
            holding[command.node]?[record.id]?.stateDigest = "state\(rounds)"
        }
        var progress = TrainingProgress(
            attempt: AttemptID(job: record.id, number: record.attempt),
            term: Term(UInt64(command.number("term", Int64(record.term.number)))),
            completeRounds: rounds, totalRounds: command.number("of", 20),
            stateDigest: command.values["digest"] ?? "state\(rounds)", samples: rounds * 100,
            samplesPerSecond: 1_000, trainLoss: 0.5, epoch: 0, metrics: [])
        // `compute` and `exchange` are milliseconds of all measured rounds.
        progress.exchange.rounds = command.number("measured", 0)
        progress.exchange.steps = progress.exchange.rounds * Int64(record.work.stepsPerRound)
        progress.exchange.computeSeconds = Double(command.number("compute", 0)) / 1_000
        progress.exchange.exchangeSeconds = Double(command.number("exchange", 0)) / 1_000
        progress.exchange.straggleSeconds = Double(command.number("straggle", 0)) / 1_000
        if command.words.contains("digests") {
            let shares = record.members.map {
                ComputedRounds.Share(
                    node: $0.node, firstReplica: $0.firstReplica, endReplica: $0.endReplica)
            }
            progress.computed = ComputedRounds(
                shares: shares, rounds: [.init(number: rounds - 1, state: 1, deltas: [2])])
        }
        return step(.message(command.node, .progress(progress)))
    }

    /// `checkpoint h1 digits-1 round=4`: the file is named by its round.
    private mutating func checkpoint(_ command: ScenarioCommand) -> [String] {
        guard let record = job(named: command.words.dropFirst().first ?? "") else { return [] }
        let round = command.number("round", 0)
        let attempt = UInt32(command.number("attempt", Int64(record.attempt)))
        return step(
            .message(
                command.node,
                .checkpointed(
                    CheckpointWritten(
                        attempt: AttemptID(job: record.id, number: attempt),
                        checkpoint: CheckpointReference(
                            round: round, digest: "file\(round)", byteCount: 100)))))
    }

    private func explain(_ command: ScenarioCommand) -> [String] {
        guard let record = job(named: command.words.first ?? ""),
            let explanation = scheduler.explain(record.id)
        else { return ["unknown job"] }
        return ["\(explanation.state.word) (\(explanation.reason)), \(explanation.ahead) ahead"]
            + explanation.nodes.map { "  \($0.node): \($0.reason)" }
    }
}
