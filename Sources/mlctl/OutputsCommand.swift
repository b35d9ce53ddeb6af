import ArgumentParser
import Client
import ControlAPI

/// `mlctl outputs`: the files a command left behind.
struct OutputsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "outputs",
        abstract: "Bring the files a command job left behind (spec.outputs).")

    @Argument(help: "A run such as train-3; a bare name means its newest run.")
    var name: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The folder they go to; those of several nodes each into rank-N below it.")
    var folder = "."

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        let job = try await client.job(name, namespace: scope.namespace)
        guard let command = job.status.command else {
            throw ClientFailure(
                .refused,
                "\(job.metadata.name) is a training job; mlctl model export brings its model")
        }
        guard !command.outputs.isEmpty else {
            throw ClientFailure(
                .notFound,
                "\(job.metadata.name) (\(job.status.state)) has left no files; name them under "
                    + "spec.outputs")
        }
        for place in try await OutputDownload.run(command.outputs, into: folder, client) {
            try session.console.line(place)
        }
    }
}
