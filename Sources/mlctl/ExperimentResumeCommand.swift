import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment resume`: goes on with an ended experiment, or changes the limits of one.
struct ExperimentResumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Change how many trials there may be; an ended experiment goes on.",
        aliases: ["edit"])

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(help: "The most trials, those there were included.")
    var trials: Int?

    @Option(help: "How many trials at once.")
    var parallel: Int?

    @Option(help: "How many trials may fail.")
    var maxFailed: Int?

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let result = try await session.client().limitExperiment(
            name, namespace: scope.namespace,
            LimitsRequest(
                maxTrials: trials, parallelTrials: parallel, maxFailedTrials: maxFailed))
        try session.console.line(result.name)
    }
}
