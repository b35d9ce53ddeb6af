import ControlAPI

/// Prints a job's log as it grows, over restarts of the scheduler.
package struct LogFollower: Sendable {
    private let client: SchedulerClient
    private let console: Console

    /// A follower that has not started.
    package init(_ client: SchedulerClient, _ console: Console) {
        self.client = client
        self.console = console
    }

    /// Prints until the job has ended; `name` is a run.
    package func run(_ name: String, namespace: String) async throws {
        var printed = 0
        try await Reconnection().run(
            lost: { console.note("waiting: \($0.message)") },
            { opened in
                try await client.followLog(name, namespace: namespace, skipping: printed) { bytes in
                    opened()
                    try console.write(bytes)
                    printed += bytes.count
                }
                opened()
                // A scheduler that stops ends its streams too.
                let state = try await client.job(name, namespace: namespace).status.state
                return ["Succeeded", "Failed", "Cancelled"].contains(state)
            })
    }
}
