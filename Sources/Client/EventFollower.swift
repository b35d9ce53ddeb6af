package import ControlAPI
import Foundation

/// Reads the recorded facts, and those that follow.
package struct EventFollower: Sendable {
    private let client: SchedulerClient
    private let console: Console
    private let namespace: String

    /// A follower that has not started; names are looked up in the namespace.
    package init(_ client: SchedulerClient, _ console: Console, namespace: String) {
        self.client = client
        self.console = console
        self.namespace = namespace
    }

    /// Gives every fact behind `after` to `take`, in order, none twice.
    ///
    /// With `follows` it goes on until the job has ended, for all jobs for ever.
    package func run(
        of run: String?, after: Int64, follows: Bool, take: (EventBody) throws -> Void
    ) async throws {
        var last = after
        while true {
            let page = try await client.events(of: run, namespace: namespace, after: last)
            for event in page.items where event.sequence > last {
                try take(event)
                last = event.sequence
            }
            guard page.more, !page.items.isEmpty else { break }
        }
        guard follows else { return }
        let path =
            run.map { APIPath.job($0, .stream) + APIPath.query([("namespace", namespace)]) }
            ?? APIPath.eventStream
        try await Reconnection().run(
            lost: { console.note("waiting: \($0.message)") },
            { opened in
                var isOver = false
                try await client.stream(
                    path, after: last,
                    opened: {
                        opened()
                        return true
                    },
                    take: { event in
                        if event.kind == .end {
                            isOver = true
                            return false
                        }
                        guard event.kind == .fact,
                            let fact = try? JSONDecoder().decode(
                                EventBody.self, from: Data(event.data.utf8)),
                            fact.sequence > last
                        else { return true }
                        try take(fact)
                        last = fact.sequence
                        return true
                    })
                return isOver
            })
    }
}
