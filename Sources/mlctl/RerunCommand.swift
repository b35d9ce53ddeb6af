import ArgumentParser
import Client
import ControlAPI

/// `mlctl rerun`: the recorded spec once more, with changes.
struct RerunCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "rerun",
        abstract: "Submit the recorded specs of jobs again, with changes.",
        discussion: "Prints the names of the new runs.")

    @OptionGroup var jobs: JobNames

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("Replace a field, such as training.epochs=5.", valueName: "path=value"))
    var overrides: [String] = []

    @Flag(help: "Keep what was decided at the first start: the same bits.")
    var exact = false

    @Flag(help: "Show the progress until the jobs end; exit 1 when one fails.")
    var follow = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !exact || overrides.isEmpty else {
            throw ValidationError("--exact repeats a run as it was; it goes with no --set")
        }
    }

    func run(_ session: ClientSession) async throws {
        _ = try SpecificationFile.overrides(overrides)
        let client = try session.client()
        var submitted: [SubmittedJob] = []
        for name in jobs.names {
            let job = try await client.rerun(
                name, namespace: scope.namespace,
                RerunRequest(setOverrides: overrides, exact: exact))
            try session.console.line(job.name)
            submitted.append(job)
        }
        if follow { try await JobActions.follow(submitted, session) }
    }
}
