import ArgumentParser
import Client
import ControlAPI

/// `mlctl logs`: what a job wrote.
struct LogsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print the log of a job.")

    @Argument(help: "A run such as digits-3; a bare name means its newest run.")
    var name: String

    @Flag(name: .shortAndLong, help: "Go on until the job ends.")
    var follow = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        guard follow else {
            try session.console.write(try await client.log(name, namespace: scope.namespace))
            return
        }
        // A bare name must not become another run while it is followed.
        let run = try await client.job(name, namespace: scope.namespace).metadata.name
        try await LogFollower(client, session.console).run(run, namespace: scope.namespace)
    }
}
