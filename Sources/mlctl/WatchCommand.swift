import ArgumentParser
import Client
import ControlAPI

/// `mlctl watch`: the cluster and its jobs, live.
struct WatchCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch jobs live: bars, rates and times on a terminal, otherwise lines.",
        discussion: "Without names it goes on until Ctrl-C, with names until those jobs have ended "
            + "(exit code 1 when one did not succeed)."
    )

    @Argument(help: "Runs such as digits-3; all jobs without.")
    var names: [String] = []

    @Option(
        name: [.customShort("n"), .long],
        help: "The namespace (default: all; for names: default).")
    var namespace: String?

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        let scope = names.isEmpty ? namespace : namespace ?? "default"
        let runs = try await JobActions.runs(names, namespace: scope ?? "default", client)
        var settings = JobFollower.Settings(
            namespace: scope, names: runs, goal: runs.isEmpty ? .never : .ended, channel: .output)
        settings.showsCluster = true
        let ended = try await JobFollower(client, session.console, settings).run()
            .filter(\.isFinal)
        if !runs.isEmpty {
            try JobActions.require(noneOf: ended.filter { $0.state != "Succeeded" })
        }
    }
}
