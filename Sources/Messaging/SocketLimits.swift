/// The bounds and timers of a socket; every queue has one, so 0 ("unlimited") is refused.
package struct SocketLimits: Sendable, Equatable {
    /// Most messages of a high-water mark.
    package static let maximumHighWaterMark = 1_000_000
    /// Longest frame that any socket may admit: 1 GiB.
    package static let maximumFrameBytesCeiling = 1 << 30
    /// Longest time a closed socket may hold its context for unsent frames.
    package static let maximumLinger = Duration.seconds(5)
    /// TCP keepalive: unanswered probes, one each second, until the connection is given up.
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
    /// Pause between libzmq's own heartbeats; zero, the default, for none: libzmq 4.3.4 aborts the
    /// process when one is due on a connection that broke while its input was stopped, as it is
    /// after a handover (`stream_engine_base.cpp`, `out_event`). And a receiver whose queue is full
    /// reads no heartbeats, so a sender that uses them drops the connection. Whether a peer lives
    /// is told by TCP keepalive, `unacknowledgedTimeout` and the heartbeats of nodes.
    package var heartbeatInterval = Duration.zero
    /// Silence after a heartbeat until this side closes the connection.
    package var heartbeatTimeout = Duration.seconds(3)
    /// Silence after which the other side should close the connection.
    package var heartbeatTimeToLive = Duration.seconds(3)
    /// TCP keepalive: idle time before the first of `keepaliveProbes`; zero turns it off.
    package var keepaliveIdle = Duration.seconds(3)
    /// TCP: sent bytes unacknowledged for so long end the connection; zero leaves it to the kernel.
    package var unacknowledgedTimeout = Duration.seconds(5)
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

    /// Bounds for bulk frames: at most 16 messages per peer and direction, 4 MiB a frame.
    package static var bulk: SocketLimits {
        var limits = SocketLimits()
        limits.sendHighWaterMark = 16
        limits.receiveHighWaterMark = 16
        limits.maximumFrameBytes = 4 << 20
        return limits
    }
}
