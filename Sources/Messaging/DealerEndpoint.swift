/// The connecting side of a control link: one dealer socket on a thread of its own.
///
/// It connects again by itself (not on inproc) and keeps up to `sendHighWaterMark` messages for the
/// time when the other side is back.
package final class DealerEndpoint: Sendable {
    private let loop: MessagingLoop

    /// Connects to `endpoint` in the background; throws only for what is malformed.
    package init(
        endpoint: String,
        context: MessagingContext,
        limits: SocketLimits = SocketLimits(),
        curve: CurveOptions = .none,
        outbox: OutboxLimits = OutboxLimits(),
        name: String = "dealer",
    ) throws(MessagingError) {
        let socket = try ZeroMQSocket(kind: .dealer, context: context, limits: limits, curve: curve)
        try socket.connect(endpoint)
        loop = try MessagingLoop(name: name, sockets: [socket], outbox: outbox)
    }

    /// Starts the thread; `handler` is called there for each message, must be quick and must not
    /// keep the message.
    package func start(
        handler: @escaping @Sendable (IncomingMessage) -> Void,
    ) throws(MessagingError) {
        try loop.start { _, message in handler(message) }
    }

    /// Sends from any thread without waiting; false and counted when the outbox does not take it.
    /// With a full queue the message is dropped and counted.
    @discardableResult
    package func send(frames: [[UInt8]]) -> Bool {
        loop.send(frames: frames)
    }

    /// Connects to another endpoint instead; what is queued for the old one is dropped. A malformed
    /// endpoint changes nothing and shows in `lastError`.
    @discardableResult
    package func reconnect(to endpoint: String) -> Bool {
        loop.reconnect(to: endpoint)
    }

    /// What was sent, received and dropped so far.
    package var counters: MessagingCounters { loop.counters }

    /// The last failure: of a `reconnect`, or the one that ended the thread.
    package var lastError: MessagingError? { loop.lastError }

    /// Whether messages are handled.
    package var isRunning: Bool { loop.isRunning }

    /// Closes the socket and joins the thread; see `MessagingLoop.stop`.
    package func stop() {
        loop.stop()
    }
}
