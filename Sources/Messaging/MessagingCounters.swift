/// What an endpoint has done since it was made; every field only grows.
package struct MessagingCounters: Sendable, Equatable {
    /// Messages handed to libzmq.
    package var sent: UInt64 = 0
    /// Messages given to the handler.
    package var received: UInt64 = 0
    /// Bytes of the frames of `sent`.
    package var bytesSent: UInt64 = 0
    /// Bytes of the frames of `received`.
    package var bytesReceived: UInt64 = 0
    /// Messages not taken: the outbox was full, a frame too long, or the loop had ended.
    package var droppedAtOutbox: UInt64 = 0
    /// Messages dropped because the peer's queue was full or no peer was connected.
    package var droppedQueueFull: UInt64 = 0
    /// Messages dropped because the router knows no such peer.
    package var droppedUnreachable: UInt64 = 0
    /// Incoming messages refused for a frame too long or too many parts.
    package var refused: UInt64 = 0

    /// All outgoing messages that were dropped.
    package var dropped: UInt64 { droppedAtOutbox + droppedQueueFull + droppedUnreachable }

    /// All zero.
    package init() {}
}
