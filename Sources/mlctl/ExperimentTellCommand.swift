import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment tell`: what became of such a trial.
struct ExperimentTellCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "tell",
        abstract: "Report on a trial taken with ask.",
        discussion: """
            mlctl experiment tell tune-1 7 val_acc=0.93             # the end
            mlctl experiment tell tune-1 7 --step 3 val_acc=0.81    # on the way
            mlctl experiment tell tune-1 7 --failure 'out of memory'

            Prints stop and the reason when the trial should be given up.
            """)

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Argument(help: "The number of the trial.")
    var trial: UInt32

    @Argument(help: ArgumentHelp("Metrics.", valueName: "name=value"))
    var metrics: [String] = []

    @Option(help: "The step of a report; without it the trial ends.")
    var step: Int64?

    @Option(help: "Why the trial could not be evaluated.")
    var failure: String?

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let values = try metrics.map { text in
            guard let equals = text.lastIndex(of: "="),
                let value = Double(text[text.index(after: equals)...])
            else {
                throw ClientFailure(.wrongUsage, "\(text): expected NAME=NUMBER")
            }
            return (String(text[..<equals]), value)
        }
        guard failure != nil || !values.isEmpty else {
            throw ClientFailure(.wrongUsage, "tell needs a metric NAME=NUMBER or --failure")
        }
        let told = try await session.client().tell(
            name, namespace: scope.namespace,
            TellRequest(
                trial: trial, step: step, metrics: MetricValues(named: values),
                failure: failure))
        if told.stop { try session.console.line("stop \(told.reason)") }
    }
}
