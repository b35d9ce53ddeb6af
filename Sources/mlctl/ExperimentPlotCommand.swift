import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment plot`: pictures as SVG.
struct ExperimentPlotCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw an experiment as SVG.",
        discussion: """
            history: every trial and the best so far; parallel: a line for each trial across the \
            parameters; slice: the value against each parameter; pareto: two objectives and their \
            front; rungs: how far trials came; importance: what each parameter explains.
            """)

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(help: "What to draw: history, parallel, slice, pareto, rungs or importance.")
    var kind = "history"

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        guard let kind = ExperimentPlot.Kind(rawValue: kind) else {
            let known = ExperimentPlot.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ClientFailure(.wrongUsage, "--kind is one of \(known)")
        }
        let client = try session.client()
        let experiment = try await client.experiment(name, namespace: scope.namespace)
        let trials = try await client.trials(of: experiment.name, namespace: scope.namespace)
        let svg = try ExperimentPlot(experiment, trials).svg(kind)
        try session.console.write(Array(svg.utf8))
    }
}
