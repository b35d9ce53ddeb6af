import ArgumentParser
import Client
import ControlAPI

/// `mlctl audit`: does the rounds of a training job again and compares digests.
struct AuditCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Do the rounds of a training job again and compare every replica's digest.",
        discussion: """
            A worker trains the job again from its beginning, under the same core type and with \
            the same lengths of rounds, and stores no model. The digest of what each replica gave \
            to the average in each round is compared with the one kept of the job; the first that \
            differs names the worker that computed it. Exit code 1 when one differs.
            """)

    @Argument(help: "The run, such as digits-3; a bare name means its newest run.")
    var name: String

    @Option(help: "How many rounds, the first ones (default: all that were kept).")
    var rounds: Int64?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let rounds, rounds < 1 {
            throw ValidationError("--rounds \(rounds): at least 1")
        }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        let namespace = scope.namespace
        let job = try await client.job(name, namespace: namespace).metadata.name
        let audit = try await client.audit(
            job, namespace: namespace, JobAuditRequest(rounds: rounds))
        try await JobActions.follow([audit], session)
        let result = JobAudit(
            job: job, audit: audit.name,
            recorded: try await client.rounds(of: job, namespace: namespace),
            found: try await client.rounds(of: audit.name, namespace: audit.namespace))
        if form == .json {
            try session.console.line(result.jsonText)
        } else {
            try session.console.write(Array(JobAuditText.text(result).utf8))
        }
        guard result.rounds > 0 || !result.agrees else {
            throw ClientFailure(
                .workFailed, "nothing of \(audit.name) could be compared with \(job)")
        }
        guard result.agrees else {
            throw ClientFailure(.workFailed, "\(job) was not computed as \(audit.name) was")
        }
    }
}
