import ClusterVocabulary

@testable import SchedulerCore

/// Command jobs in scenarios: `submit NAME ranks=2 retries=1 hostRetries=2 restart=60 grace=10`,
/// and what nodes say of them.
extension ScenarioWorld {
    func commandSubmission(
        _ command: ScenarioCommand, _ requirements: JobRequirements, ranks: Int
    ) -> Submission {
        var work = CommandWork(ranks: ranks, arguments: ["work"])
        work.programRetries = Int(command.number("retries", 0))
        work.infrastructureRetries = Int(command.number("hostRetries", 20))
        work.restartAfterSeconds = command.number("restart", 300)
        work.graceSeconds = command.number("grace", 10)
        return Submission(
            namespace: "default", name: command.words.first ?? "", user: "ana", labels: [],
            idempotencyKey: command.values["key"] ?? "", specification: "spec",
            work: .none(ranks: ranks), requirements: requirements, command: work)
    }

    /// `command NODE JOB:PHASE:exit=3:fault=program:attempt=2`, remembered for heartbeats.
    mutating func commandStatus(_ command: ScenarioCommand) -> [String] {
        let parts = (command.words.dropFirst().first ?? "").split(separator: ":").map(String.init)
        guard parts.count >= 2, let record = job(named: parts[0]) else { return ["unknown job"] }
        var values: [String: String] = [:]
        for part in parts.dropFirst(2) {
            let pair = part.split(separator: "=").map(String.init)
            values[pair[0]] = pair.count > 1 ? pair[1] : ""
        }
        let phases: [String: CommandPhase] = [
            "preparing": .preparing, "prepared": .prepared, "running": .running,
            "stopping": .stopping, "ended": .ended,
        ]
        var status = CommandStatus(
            attempt: AttemptID(
                job: record.id,
                number: values["attempt"].flatMap { UInt32($0) } ?? record.attempt),
            phase: phases[parts[1]] ?? .preparing)
        let rank = record.members.first { $0.node == command.node }?.firstReplica ?? 0
        if let code = values["exit"].flatMap({ Int32($0) }) {
            status.exit = CommandExit(rank: rank, code: code, signal: 0)
        }
        let faults: [String: FailureClass] = [
            "job": .job, "program": .program, "host": .infrastructure,
            "secret": .infrastructure,
        ]
        if let fault = values["fault"].flatMap({ faults[$0] }) {
            status.failure = fault
            status.reason = Reason(
                fault == .infrastructure ? .hostFault : .commandFailed,
                "rank \(rank) ended badly")
        }
        if values["fault"] == "secret" {
            status.reason = Reason(
                .secretMissing, "the secret hf is not there on \(command.node)")
        }
        commands[command.node, default: [:]][record.id] = status
        return step(.message(command.node, .command(status)))
    }

    /// `print NODE JOB:FROM:END loss=1 ...`: a piece of rank 0 that holds these values, a record
    /// for each word, the last one ending at END.
    mutating func printed(_ command: ScenarioCommand) -> [String] {
        let parts = (command.words.dropFirst().first ?? "").split(separator: ":").map(String.init)
        guard parts.count == 3, let record = job(named: parts[0]), let from = Int64(parts[1]),
            let end = Int64(parts[2])
        else { return ["unknown job"] }
        let values = command.values.sorted { $0.key < $1.key }.compactMap { name, text in
            Double(text).map { Metric(name, $0) }
        }
        let length = (end - from) / Int64(max(1, values.count))
        let measurements = values.enumerated().map { index, metric in
            CommandMeasurement(
                [metric], position: end - Int64(values.count - 1 - index) * length)
        }
        let output = CommandOutput(
            attempt: AttemptID(job: record.id, number: record.attempt), rank: 0, from: from,
            position: end, bytes: [], measurements: measurements)
        return step(.message(command.node, .output(output)))
    }

    /// The node does not hold a command any more.
    mutating func drop(_ command: ScenarioCommand) -> [String] {
        if let record = job(named: command.words.dropFirst().first ?? "") {
            commands[command.node]?[record.id] = nil
        }
        return []
    }
}
