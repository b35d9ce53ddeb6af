import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment best`: the best trials.
struct ExperimentBestCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "best", abstract: "Show the best trials of an experiment.")

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(help: "How many trials.")
    var limit = 1

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let bytes = try await session.client().trialList(
            of: name, namespace: scope.namespace, isRanked: true, limit: max(1, limit),
            as: form == .json ? nil : "table")
        try session.console.write(bytes)
    }
}
