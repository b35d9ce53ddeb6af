import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment export`: all trials for other programs.
struct ExperimentExportCommand: ClientCommand {
    /// For whom.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case csv
        case json
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all trials as CSV or JSON.")

    @Argument(help: "An experiment such as tune-3; a bare name means its newest run.")
    var name: String

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = Form.csv

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        guard form == .csv else {
            try session.console.write(
                try await client.trialList(of: name, namespace: scope.namespace, as: nil))
            return
        }
        let experiment = try await client.experiment(name, namespace: scope.namespace)
        let trials = try await client.trials(of: experiment.name, namespace: scope.namespace)
        try session.console.write(Array(TrialCSV.text(trials, of: experiment).utf8))
    }
}
