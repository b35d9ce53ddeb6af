/// The listening side of a control link: one router socket on a thread of its own.
package final class RouterEndpoint: Sendable {
    /// The actual endpoint, with the port that was chosen.
    package let endpoint: String

    private let loop: MessagingLoop

    /// Listens on `endpoint` (`tcp://ADDRESS:PORT`, `:*` for a free port, or `ipc:///PATH`). Throws
    /// `addressInUse` and the other errors of a bind; nothing is handled before `start`.
    package init(
        endpoint: String,
        context: MessagingContext,
        limits: SocketLimits = SocketLimits(),
        curve: CurveOptions = .none,
        outbox: OutboxLimits = OutboxLimits(),
        name: String = "router",
    ) throws(MessagingError) {
        let socket = try ZeroMQSocket(kind: .router, context: context, limits: limits, curve: curve)
        self.endpoint = try socket.bind(endpoint)
        loop = try MessagingLoop(name: name, sockets: [socket], outbox: outbox)
    }

    /// Starts the thread; `handler` is called there for each message (`peer`, `frames`, `userID`),
    /// must be quick and must not keep the message. `onDisconnect` is told of each peer that had
    /// sent something and whose connection closed: a killed process is noticed at once.
    package func start(
        onDisconnect: (@Sendable (PeerID) -> Void)? = nil,
        handler: @escaping @Sendable (IncomingMessage) -> Void,
    ) throws(MessagingError) {
        try loop.start(onDisconnect: onDisconnect) { _, message in handler(message) }
    }

    /// Sends from any thread without waiting; false and counted when the outbox does not take it.
    /// A peer that is unknown, or whose queue is full, loses the message, which is counted too.
    @discardableResult
    package func send(to peer: PeerID, frames: [[UInt8]]) -> Bool {
        loop.send(to: peer, frames: frames)
    }

    /// What was sent, received and dropped so far.
    package var counters: MessagingCounters { loop.counters }

    /// The failure that ended the thread, if one did.
    package var lastError: MessagingError? { loop.lastError }

    /// Whether messages are handled.
    package var isRunning: Bool { loop.isRunning }

    /// Closes the socket and joins the thread; see `MessagingLoop.stop`.
    package func stop() {
        loop.stop()
    }
}
