import ArgumentParser
import Client
import ControlAPI

/// `mlctl delete`.
struct DeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove ended jobs and experiments from view; the ledger keeps their facts.")

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(jobs.names, session) { client, name in
            try await ExperimentActions.either(name) {
                try await client.delete($0, namespace: scope.namespace).name
            } experiment: {
                try await client.deleteExperiment($0, namespace: scope.namespace).name
            }
        }
    }
}
