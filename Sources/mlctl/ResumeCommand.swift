import ArgumentParser
import Client
import ControlAPI

/// `mlctl resume`.
struct ResumeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let suspended jobs run.")

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(jobs.names, session) { client, name in
            try await client.act(.resume, on: name, namespace: scope.namespace).name
        }
    }
}
