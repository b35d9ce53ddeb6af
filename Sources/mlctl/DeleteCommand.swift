import ArgumentParser
import Client
import ControlAPI

/// `mlctl delete`.
struct DeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove ended jobs from view; the ledger keeps their facts.")

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(jobs.names, session) { client, name in
            try await client.delete(name, namespace: scope.namespace).name
        }
    }
}
