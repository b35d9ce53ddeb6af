import ArgumentParser
import Client
import ClusterVocabulary
import ControlAPI
import JobSpecification

/// `mlctl run`: a command on the cluster, as if it ran here.
struct RunCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a command on the cluster; print what it prints, exit as it exits.",
        discussion: """
            Ctrl-C cancels the job, a second one kills it. Exit codes: that of the command \
            (128 + n after signal n), 124 after --time, 130 after a cancellation, 1 when a host \
            failed it; 2 to 5 as everywhere when it was not started.
            """)

    @Option(help: "Processes, started all together or not at all.")
    var ranks = 1

    @Option(help: "Processor cores per rank, such as 2 or 500m.")
    var cpu: String?

    @Option(help: "Memory per rank, such as 512Mi or 4Gi.")
    var memory: String?

    @Option(help: "End it after so long, such as 90s, 30m or 4h.")
    var time: String?

    @Option(help: "Send this folder; the command starts in it (default: an empty folder).")
    var workdir: String?

    @Option(help: ArgumentHelp("A variable for the command.", valueName: "NAME=value"))
    var env: [String] = []

    @Option(
        help: ArgumentHelp(
            "A variable from a secret of the worker.", valueName: "NAME=secret"))
    var secret: [String] = []

    @Option(help: "A file or folder to collect at the end; mlctl outputs brings it.")
    var output: [String] = []

    @Option(help: "Times it is tried again after failing by itself.")
    var retries = 0

    @Flag(help: "Read name=value words of its standard output as measured values.")
    var metrics = false

    @Option(help: "The job's name (default: that of the program).")
    var name: String?

    @Flag(name: .shortAndLong, help: "Print the run's name and leave it alone.")
    var detach = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    @Argument(parsing: .postTerminator, help: "The command, behind --.")
    var command: [String] = []

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("name the command behind --: mlctl run -- python train.py")
        }
        for variable in env + secret where !variable.dropFirst().contains("=") {
            throw ValidationError("\(variable) is not NAME=value")
        }
    }

    func run(_ session: ClientSession) async throws {
        let prepared = try JobPreparation.prepare(try specification(), folder: "")
        let client = try session.client()
        let submission = Client.Submission(client, session.console)
        // While files are sent Ctrl-C just ends: there is no job yet.
        try await submission.upload([prepared])
        let pending = PendingCancellation()
        cancelOnceAccepted(pending, session)
        guard let job = try await submission.submit([prepared], key: nil).first else {
            throw ClientFailure(.workFailed, "the scheduler accepted nothing")
        }
        if detach {
            try session.console.line(job.name)
            return
        }
        if session.console.isTerminal(.error) { session.console.note("job \(job.name)") }
        cancelOnInterrupt(job, pending, session, client)
        let waiting = Task { try await sayWhyItWaits(job, session, client) }
        defer { waiting.cancel() }
        let ended = try await OutputFollower(client, session.console).run(
            job.name, namespace: job.namespace, ranks: ranks)
        if ended.status.state == "Succeeded", !output.isEmpty,
            ended.status.command?.outputs.isEmpty ?? true
        {
            session.console.note(
                "nothing was collected: the command left no \(output.joined(separator: ", no "))")
        }
        try conclude(ended)
    }

    /// The command line as a spec, read by the one reader of specs.
    private func specification() throws -> CommandJobSpecification {
        var lines = [
            "apiVersion: mlctl.dev/v1", "kind: Job",
            "metadata:", "  name: \(Self.quoted(name ?? Self.name(of: command[0])))",
        ]
        if let namespace = scope.chosen {
            lines.append("  namespace: \(Self.quoted(namespace))")
        }
        lines += [
            "spec:", "  ranks: \(ranks)",
            "  command: [\(command.map(Self.quoted).joined(separator: ", "))]",
        ]
        if let workdir { lines.append("  workdir: \(Self.quoted(workdir))") }
        if !(env + secret).isEmpty {
            lines.append("  env:")
            for variable in env {
                let (name, value) = Self.halves(variable)
                lines.append("    \(Self.quoted(name)): \(Self.quoted(value))")
            }
            for variable in secret {
                let (name, value) = Self.halves(variable)
                lines.append("    \(Self.quoted(name)): {secret: \(Self.quoted(value))}")
            }
        }
        if metrics { lines.append("  metrics: {stdout: {}}") }
        if !output.isEmpty {
            lines.append("  outputs: [\(output.map(Self.quoted).joined(separator: ", "))]")
        }
        let amounts = [("cpu", cpu), ("memory", memory)].compactMap { name, value in
            value.map { "\(name): \(Self.quoted($0))" }
        }
        if !amounts.isEmpty { lines.append("  resources: {\(amounts.joined(separator: ", "))}") }
        lines.append("  runPolicy:")
        lines.append("    retries: {program: \(retries)}")
        if let time { lines.append("    timeLimit: \(Self.quoted(time))") }
        let text = lines.joined(separator: "\n") + "\n"
        let reading = SpecificationReader.read(text, file: "command line")
        guard case .command(let job) = reading.documents.first else {
            throw ClientFailure(
                .wrongUsage,
                reading.diagnostics.map { "\($0.path): \($0.message)" }.joined(separator: "\n"))
        }
        return job
    }

    /// A text as YAML reads it back.
    private static func quoted(_ text: String) -> String { YAMLQuoting.quoted(text) }

    private static func halves(_ text: String) -> (name: String, value: String) {
        guard let equal = text.firstIndex(of: "=") else { return (text, "") }
        return (String(text[..<equal]), String(text[text.index(after: equal)...]))
    }

    /// A legal name made of a program's.
    static func name(of program: String) -> String {
        let base = program.split(separator: "/").last.map(String.init) ?? ""
        let stem = base.split(separator: ".").first.map(String.init) ?? ""
        var name = String(
            stem.lowercased().map { character in
                character.isASCII && (character.isLetter || character.isNumber) ? character : "-"
            }.prefix(40))
        while name.hasPrefix("-") { name.removeFirst() }
        while name.hasSuffix("-") { name.removeLast() }
        return name.isEmpty ? "command" : name
    }

    /// Whoever interrupts a submission under way does not know whether there is a job: it is
    /// cancelled when there is one, or, left alone with `-d`, at least named.
    private func cancelOnceAccepted(_ pending: PendingCancellation, _ session: ClientSession) {
        Interruption.install(
            session.console, message: "it may have been accepted: mlctl get jobs shows it")
        Interruption.instead([
            { [detach] in
                session.console.note(
                    detach
                        ? "\nbeing submitted; its name follows"
                        : "\nbeing submitted, then cancelled; again to leave it alone")
                pending.ask()
            }
        ])
    }

    private func cancelOnInterrupt(
        _ job: SubmittedJob, _ pending: PendingCancellation, _ session: ClientSession,
        _ client: SchedulerClient
    ) {
        Interruption.install(session.console, message: "\(job.name) is left alone")
        let cancel: @Sendable () -> Void = {
            Task {
                do {
                    _ = try await client.act(.cancel, on: job.name, namespace: job.namespace)
                } catch {
                    session.console.error(ClientFailure(error).message)
                }
            }
        }
        pending.allow(cancel)
        Interruption.instead([
            {
                session.console.note("\ncancelling \(job.name); again to kill it")
                cancel()
            },
            cancel,
        ])
    }

    /// After a while without a start, and when the reason changes, says what it waits for.
    private func sayWhyItWaits(
        _ job: SubmittedJob, _ session: ClientSession, _ client: SchedulerClient
    ) async throws {
        var said = ""
        while true {
            try await Task.sleep(for: .seconds(2))
            let status = try await client.job(job.name, namespace: job.namespace).status
            guard ["Pending", "Running"].contains(status.state) else { return }
            guard !["None", "Starting"].contains(status.reason), status.reason != said else {
                continue
            }
            said = status.reason
            session.console.note("\(job.name): \(status.reason): \(status.message)")
        }
    }

    private func conclude(_ job: JobDescription) throws {
        let status = job.status
        let words = "\(job.metadata.name) \(status.state): \(status.reason): \(status.message)"
        switch status.state {
        case "Succeeded": return
        case "Cancelled": throw ClientFailure(.interrupted, words)
        default:
            if status.reason == "TimeLimit" { throw ClientFailure(.timedOut, words) }
            // The command has said what was wrong; its code is all there is to add.
            if status.reason == "CommandFailed", let code = status.command?.shellCode, code != 0 {
                throw ExitCode(Int32(code))
            }
            throw ClientFailure(.workFailed, words)
        }
    }
}
