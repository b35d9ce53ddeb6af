import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment ask`: trials for a program that evaluates them itself.
struct ExperimentAskCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Take trials of an experiment with template: {external: {}}.",
        discussion: "Prints JSON: trials with their numbers and parameters. Exit code 1 when "
            + "there will be none any more.")

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(help: "How many trials.")
    var count = 1

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let asked = try await session.client().ask(
            name, namespace: scope.namespace, AskRequest(count: count))
        try session.console.line(asked.jsonText)
        if asked.done, asked.trials.isEmpty { throw ClientFailure(.workFailed, asked.shortage) }
    }
}
