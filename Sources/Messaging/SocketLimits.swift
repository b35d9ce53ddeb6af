/// The bounds and timers of a socket; every queue has one, so 0 ("unlimited") is refused.
package struct SocketLimits: Sendable, Equatable {
    /// Most messages of a high-water mark.
    package static let maximumHighWaterMark = 1_000_000
    /// Longest frame that any socket may admit: 1 GiB.
    package static let maximumFrameBytesCeiling = 1 << 30
    /// Longest time a closed socket may hold its context for unsent frames.
    package static let maximumLinger = Duration.seconds(5)
    /// TCP keepalive: unanswered probes, one each 5 s, until the connection is given up.
    package static let keepaliveProbes = 3
    /// Most parts of one message; a message with more is refused whole.
    package static let maximumFramesPerMessage = 64

    /// Messages queued per peer on the way out, 1 or more.
    package var sendHighWaterMark = 4096
    /// Messages queued per peer on the way in, 1 or more.
    package var receiveHighWaterMark = 4096
    /// Longest frame in bytes; a peer that sends a longer one is disconnected.
    package var maximumFrameBytes = 8 << 20
    /// How long a closed socket tries to deliver what it has queued.
    package var linger = Duration.zero
    /// Queue only to peers that are connected: a send while there is none would block.
    package var queuesOnlyToConnectedPeers = false
    /// First pause before a broken connection is tried again.
    package var reconnectInterval = Duration.milliseconds(50)
    /// Longest pause before a broken connection is tried again; the pause doubles up to it.
    package var maximumReconnectInterval = Duration.seconds(1)
    /// Router only: a send to an unknown peer says `unreachable` instead of vanishing.
    package var reportsUnknownPeers = true
    /// Router only: a new connection takes over the routing id of an older one.
    package var handsOverRoutingIDs = true
    /// Pause between heartbeats on the connection; zero for none. A receiver whose queue is full
    /// reads no heartbeats, so a sender that uses them drops the connection, with what is on its
    /// way, when the receiver pauses longer than the timeout: none where back-pressure is normal.
    package var heartbeatInterval = Duration.seconds(1)
    /// Silence after a heartbeat until this side closes the connection.
    package var heartbeatTimeout = Duration.seconds(3)
    /// Silence after which the other side should close the connection.
    package var heartbeatTimeToLive = Duration.seconds(3)
    /// TCP keepalive: idle time before the first of `keepaliveProbes`; zero turns it off.
    package var keepaliveIdle = Duration.seconds(10)
    /// Time a new connection has to finish its handshake.
    package var handshakeInterval = Duration.seconds(5)
    /// Kernel buffer for each direction of a connection in bytes; nil leaves it to the kernel.
    package var kernelBufferBytes: Int?
    /// Accepts and makes IPv6 connections too.
    package var usesIPv6 = false
    /// The routing id a dealer announces; nil lets the router choose one per connection.
    package var routingID: PeerID?

    /// Bounds for control messages: many small frames, 8 MiB at most.
    package init() {}

    /// Bounds for bulk frames: at most 16 messages per peer and direction, 4 MiB a frame, and no
    /// heartbeats, so that a receiver may pause as long as it likes.
    package static var bulk: SocketLimits {
        var limits = SocketLimits()
        limits.sendHighWaterMark = 16
        limits.receiveHighWaterMark = 16
        limits.maximumFrameBytes = 4 << 20
        limits.heartbeatInterval = .zero
        return limits
    }
}
