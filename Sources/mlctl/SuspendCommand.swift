import ArgumentParser
import Client
import ControlAPI

/// `mlctl suspend`.
struct SuspendCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend", abstract: "Let waiting jobs wait until they are resumed.")

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(jobs.names, session) { client, name in
            try await client.act(.suspend, on: name, namespace: scope.namespace).name
        }
    }
}
