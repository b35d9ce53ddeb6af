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

    @Argument(help: "Runs such as digits-3, or one experiment; all jobs without.")
    var names: [String] = []

    @Option(
        name: [.customShort("n"), .long],
        help: "The namespace (default: all; for names: default).")
    var namespace: String?

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if let experiment = try await experiment(client) {
            let follower = ExperimentFollower(client, session.console, on: .output)
            let ended = try await follower.run(experiment.name, namespace: experiment.namespace)
            try session.show(ExperimentText.lines(ended))
            try ExperimentActions.require(ended)
            return
        }
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

    /// The experiment that the only name means, when there is no job of that name.
    private func experiment(_ client: SchedulerClient) async throws -> ExperimentBody? {
        guard let name = names.first, names.count == 1 else { return nil }
        return try await ExperimentActions.either(name) { name in
            _ = try await client.job(name, namespace: namespace ?? "default")
            return nil
        } experiment: { name in
            try await client.experiment(name, namespace: namespace ?? "default")
        }
    }
}
