import ArgumentParser
import Client
import ControlAPI

/// `mlctl cancel`.
struct CancelCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End jobs and experiments that wait or run.")

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(jobs.names, session) { client, name in
            try await ExperimentActions.either(name) {
                try await client.act(.cancel, on: $0, namespace: scope.namespace).name
            } experiment: {
                try await client.cancelExperiment($0, namespace: scope.namespace).name
            }
        }
    }
}
