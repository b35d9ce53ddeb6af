/// What became of a message that was offered to a socket without waiting.
package enum SendOutcome: Sendable, Equatable {
    /// Queued whole for a peer; it may still be lost with the connection.
    case sent
    /// The queue is full or no peer is there yet; nothing was queued.
    case wouldBlock
    /// The router knows no such peer; nothing was queued.
    case unreachable
}
