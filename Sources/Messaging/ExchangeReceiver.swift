/// The receiving side of bulk exchange: one pull socket that all peers push to. It belongs to one
/// thread at a time.
package final class ExchangeReceiver {
    /// The actual endpoint, with the port that was chosen, for the peers to connect to.
    package let endpoint: String

    private let socket: ZeroMQSocket

    /// Listens on `ipc:///PATH` or `tcp://ADDRESS:PORT` (`:*` for a free port); throws
    /// `addressInUse`, when the endpoint is not free within `patience`, and the other errors of a
    /// bind.
    package init(
        endpoint: String,
        context: MessagingContext,
        limits: SocketLimits = .bulk,
        curve: CurveOptions = .none,
        patience: Duration = ZeroMQSocket.releaseGrace,
    ) throws(MessagingError) {
        socket = try ZeroMQSocket(kind: .pull, context: context, limits: limits, curve: curve)
        do {
            self.endpoint = try socket.bind(endpoint, patience: patience)
        } catch {
            socket.close()
            throw error
        }
    }

    /// Waits until one of several receivers has a message, or one of the senders can take another;
    /// false when `timeout` passed first.
    package static func wait(
        for receivers: [ExchangeReceiver], orSpaceIn senders: [ExchangeSender] = [],
        timeout: Duration
    ) throws(MessagingError) -> Bool {
        try ZeroMQSocket.waitUntilReady(
            readable: receivers.map(\.socket), writable: senders.map(\.socket), timeout: timeout)
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
