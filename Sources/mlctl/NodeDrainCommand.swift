import ArgumentParser
import Client
import ControlAPI

/// `mlctl node drain`: moves a node's work away.
struct NodeDrainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Move the work of nodes away and let them take no new.",
        discussion: """
            Replicas of training jobs move at once with their state, if another node has room; \
            what neither moved nor ended by the deadline is stopped and starts again elsewhere. A \
            job of one replica has no second place for its state and stays until then. The \
            decision is durable; mlctl node uncordon takes it back.
            """)

    @OptionGroup var nodes: NodeNames

    @Option(help: "How long running work may take, such as 90s, 10m, 2h.")
    var deadline = "10m"

    @Flag(help: "Return only when nothing runs on the nodes any more.")
    var wait = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard SpanText.seconds(deadline) != nil else {
            throw ValidationError("--deadline \(deadline): expected a span such as 90s, 10m, 2h")
        }
    }

    func run(_ session: ClientSession) async throws {
        let grace = SpanText.seconds(deadline)
        try await JobActions.each(nodes.names, session) { client, name in
            let result = try await client.assign(name, .drain, graceSeconds: grace)
            if result.jobsLeft > 0 {
                let jobs = result.jobsLeft == 1 ? "1 job" : "\(result.jobsLeft) jobs"
                session.console.note("\(name): \(jobs) to move; mlctl get nodes \(name) shows them")
            }
            if wait { try await untilEmpty(name, client, session) }
            return result.name
        }
    }

    /// Looks once a second until nothing runs there.
    private func untilEmpty(
        _ name: String, _ client: SchedulerClient, _ session: ClientSession
    ) async throws {
        var shown: [String] = []
        while true {
            let node = try await client.node(name)
            guard node.duty == "Draining" else {
                throw ClientFailure(.workFailed, "\(name) is \(node.duty) again")
            }
            if node.jobs.isEmpty, node.used.milliCPU == 0 { return }
            if node.jobs != shown {
                session.console.note("\(name): \(node.jobs.joined(separator: ", "))")
                shown = node.jobs
            }
            try await Task.sleep(for: .seconds(1))
        }
    }
}
