import ArgumentParser
import Client
import ControlAPI

/// `mlctl events`: what the ledger recorded.
struct EventsCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print the recorded facts of a job, or all of them.")

    @Argument(help: "A run such as digits-3; all jobs and nodes without.")
    var name: String?

    @Flag(name: .shortAndLong, help: "Go on: until the job ends, or until Ctrl-C.")
    var follow = false

    @Option(help: "Only facts behind this sequence number.")
    var after: Int64 = 0

    @Option(name: [.customShort("o"), .customLong("output")], help: "json is one fact a line.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if after < 0 { throw ValidationError("--after must be at least 0") }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        var run = name
        if let name {
            run = try await client.job(name, namespace: scope.namespace).metadata.name
        }
        let follower = EventFollower(client, session.console, namespace: scope.namespace)
        try await follower.run(of: run, after: after, follows: follow) { event in
            if form == .json {
                try session.console.line(event.jsonText)
            } else {
                try session.show([EventText.line(event)])
            }
        }
    }
}
