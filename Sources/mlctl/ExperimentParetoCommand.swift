import ArgumentParser
import Client
import ClusterVocabulary
import ControlAPI

/// `mlctl experiment pareto`: the trials no other is better than in every objective.
struct ExperimentParetoCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "pareto",
        abstract: "List the trials that no other is better than in every objective.")

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        let experiment = try await client.experiment(name, namespace: scope.namespace)
        let trials = try await client.trials(
            of: experiment.name, namespace: scope.namespace, state: "Succeeded")
        let front = ParetoFront(experiment, trials).ranked
        guard form == .text else {
            try session.console.line(ItemList(front.map(\.trial)).jsonText)
            return
        }
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("NAME", .leading)]
        for objective in experiment.objectives {
            columns.append((objective.metric.uppercased(), .trailing))
        }
        for name in experiment.parameters { columns.append((name, .trailing)) }
        var table = TextTable(columns)
        for point in front {
            table.append(
                [point.trial.name] + point.values.map(NumberText.measure)
                    + experiment.parameters.map {
                        point.trial.parameters[$0]?.description ?? ""
                    })
        }
        try session.console.write(table.bytes)
    }
}
