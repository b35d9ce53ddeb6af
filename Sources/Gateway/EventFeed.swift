import ControlAPI
import SchedulerService
import ServiceLifecycle

/// Committed changes and heartbeats, one after the other, for one client.
enum EventFeed {
    /// What comes.
    enum Item: Sendable {
        /// Something changed.
        case change(StreamItem)
        /// Nothing came for a while, or it is time to show that the connection lives.
        case heartbeat
    }

    /// Items kept for a client that does not take them; the newest stay.
    static let mostBuffered = 4_096

    /// Subscribes, then runs `body` until it returns; the stream ends when the scheduler or this
    /// process stops.
    @concurrent
    static func run(
        _ backend: any SchedulerBackend, keeping count: Int = mostBuffered,
        _ body: @concurrent (AsyncStream<Item>) async throws -> Void
    ) async throws {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Item.self, bufferingPolicy: .bufferingNewest(count))
        let source = backend.subscribe()
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await change in source { continuation.yield(.change(change)) }
                    continuation.finish()
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(ServerSentEvent.heartbeatSeconds))
                        continuation.yield(.heartbeat)
                    }
                }
                defer { group.cancelAll() }
                try await body(stream)
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }
}
