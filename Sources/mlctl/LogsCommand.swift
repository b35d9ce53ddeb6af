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
        let job = try await client.job(name, namespace: scope.namespace)
        if let command = job.status.command {
            _ = try await OutputFollower(client, session.console).run(
                job.metadata.name, namespace: scope.namespace, ranks: command.ranks,
                follows: follow)
            return
        }
        guard follow else {
            try session.console.write(try await client.log(name, namespace: scope.namespace))
            return
        }
        // A bare name must not become another run while it is followed.
        try await LogFollower(client, session.console).run(
            job.metadata.name, namespace: scope.namespace)
    }
}
