/// The sending side of bulk exchange to one peer. It belongs to one thread at a time.
package final class ExchangeSender {
    /// Longest wait between two questions whether to stop.
    package static let stopCheckInterval = Duration.milliseconds(50)

    let socket: ZeroMQSocket

    /// Connects to the endpoint of an `ExchangeReceiver` in the background.
    package init(
        endpoint: String,
        context: MessagingContext,
        limits: SocketLimits = .bulk,
        curve: CurveOptions = .none,
    ) throws(MessagingError) {
        socket = try ZeroMQSocket(kind: .push, context: context, limits: limits, curve: curve)
        try socket.connect(endpoint)
    }

    /// Sends a message, waiting while the peer's queue is full; false, and nothing sent, once
    /// `shouldStop` says so. It is asked at least every `stopCheckInterval` while waiting.
    package func send(
        _ frames: [OutgoingFrame],
        shouldStop: () -> Bool,
    ) throws(MessagingError) -> Bool {
        while true {
            if try socket.send(frames) == .sent { return true }
            repeat {
                if shouldStop() { return false }
            } while try !socket.waitUntilWritable(timeout: Self.stopCheckInterval)
        }
    }

    /// Offers a message without waiting.
    package func trySend(_ frames: [OutgoingFrame]) throws(MessagingError) -> SendOutcome {
        try socket.send(frames)
    }

    /// Drops what is queued, or delivers it for as long as `linger` says.
    package func close() {
        socket.close()
    }
}
