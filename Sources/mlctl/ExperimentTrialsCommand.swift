import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment trials`: all trials.
struct ExperimentTrialsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "trials", abstract: "List the trials of an experiment.")

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(help: "Only trials in this state; several separated by commas.")
    var state: String?

    @Option(help: "At most so many trials, the newest.")
    var limit: Int?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let bytes = try await session.client().trialList(
            of: name, namespace: scope.namespace, state: state, limit: limit,
            as: form == .json ? nil : "table")
        try session.console.write(bytes)
    }
}
