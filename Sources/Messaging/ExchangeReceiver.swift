/// The receiving side of bulk exchange: one pull socket that all peers push to. It belongs to one
/// thread at a time.
package final class ExchangeReceiver {
    /// The actual endpoint, with the port that was chosen, for the peers to connect to.
    package let endpoint: String

    private let socket: ZeroMQSocket

    /// Listens on `ipc:///PATH` or `tcp://ADDRESS:PORT` (`:*` for a free port); throws
    /// `addressInUse` and the other errors of a bind.
    package init(
        endpoint: String,
        context: MessagingContext,
        limits: SocketLimits = .bulk,
        curve: CurveOptions = .none,
    ) throws(MessagingError) {
        socket = try ZeroMQSocket(kind: .pull, context: context, limits: limits, curve: curve)
        self.endpoint = try socket.bind(endpoint)
    }

    /// Gives the next message to `body` in place; nil when `timeout` passed first. Messages of one
    /// sender come in the order sent. Throws `contextEnded` when the context is shut down.
    package func receive<Outcome>(
        timeout: Duration,
        _ body: (IncomingMessage) throws -> Outcome,
    ) throws -> Outcome? {
        // A message that is there already costs no system call for polling.
        if let outcome = try socket.withReceived(body) { return outcome }
        let deadline = ContinuousClock.now + min(timeout, ZeroMQSocket.maximumWait)
        while true {
            let remaining = deadline - ContinuousClock.now
            guard remaining > .zero, try socket.waitUntilReadable(timeout: remaining) else {
                return nil
            }
            if let outcome = try socket.withReceived(body) { return outcome }
        }
    }

    /// Messages dropped for a frame too long or too many parts.
    package var refusedMessages: UInt64 { socket.refusedMessages }

    /// Stops listening; later calls throw `contextEnded`.
    package func close() {
        socket.close()
    }
}
