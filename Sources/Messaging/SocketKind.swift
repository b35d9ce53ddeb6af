/// The message pattern of a socket.
package enum SocketKind: String, Sendable, CaseIterable {
    /// Many peers, each addressed by its routing id.
    case router
    /// Many-to-many without addressing; mostly the client of a router.
    case dealer
    /// Sends only, to one of its peers in turn.
    case push
    /// Receives only, fairly from all its peers.
    case pull
    /// Exactly one peer, both ways.
    case pair
}
