import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment importance`: what each parameter explains.
struct ExperimentImportanceCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "importance",
        abstract: "Say how much of the objective's spread each parameter explains.")

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
        let shares = ParameterImportance.shares(experiment, trials)
        guard !shares.isEmpty else {
            throw ClientFailure(
                .refused,
                "\(experiment.name) has \(trials.count) trials with values; importance needs"
                    + " \(ParameterImportance.leastTrials)")
        }
        guard form == .text else {
            var json = JSONText()
            json.beginObject()
            for entry in shares {
                json.key(text: entry.name)
                json.value(entry.share)
            }
            json.endObject()
            json.newLine()
            try session.console.write(json.bytes)
            return
        }
        var table = TextTable([("PARAMETER", .leading), ("SHARE", .trailing), ("", .leading)])
        for entry in shares {
            table.append([
                entry.name, NumberText.fixed(entry.share, 3),
                ProgressBar.text(entry.share, width: 20),
            ])
        }
        try session.console.write(table.bytes)
    }
}
