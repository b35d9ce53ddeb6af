private import CZeroMQ
private import Synchronization

/// Tells which peers of a router lost their connection, from libzmq's own event of the closing.
///
/// libzmq names a closed connection by its descriptor; the watch remembers from which descriptor
/// each peer's newest message came. It belongs to the thread of its loop.
final class ConnectionWatch {
    /// Descriptors remembered at once; beyond it closings go unnoticed and silence tells.
    static let mostConnections = 65_536

    private static let counter = Atomic<UInt64>(0)

    private let watched: UnsafeMutableRawPointer
    private let events: UnsafeMutableRawPointer
    private let report: @Sendable (PeerID) -> Void
    private var peers: [Int32: PeerID] = [:]

    /// Watches a socket; nothing when libzmq refuses.
    init?(of socket: ZeroMQSocket, report: @escaping @Sendable (PeerID) -> Void) {
        guard socket.kind == .router, let handle = try? socket.handle() else { return nil }
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let address = "inproc://connection-watch-\(number)"
        guard zmq_socket_monitor(handle, address, ZMQ_EVENT_DISCONNECTED) == 0,
            let events = zmq_socket(socket.context.handle, ZMQ_PAIR)
        else { return nil }
        guard zmq_connect(events, address) == 0 else {
            zmq_close(events)
            return nil
        }
        watched = handle
        self.events = events
        self.report = report
        socket.isWatched = true
    }

    /// For polling.
    var handle: UnsafeMutableRawPointer { events }

    /// Remembers where a message came from.
    func note(_ message: IncomingMessage) {
        guard let descriptor = message.sourceDescriptor else { return }
        let known = peers[descriptor]
        if known == nil, peers.count >= Self.mostConnections { return }
        if known?.bytes.elementsEqual(message.routingID) != true {
            peers[descriptor] = message.peer
        }
    }

    /// Reports the peers of all connections that closed since.
    func takeEvents() {
        while let descriptor = nextClosed() {
            guard let peer = peers.removeValue(forKey: descriptor) else { continue }
            // A peer that came back over another connection is there.
            if !peers.values.contains(peer) { report(peer) }
        }
    }

    /// The two parts of an event: number u16 and descriptor u32, then the address.
    private func nextClosed() -> Int32? {
        var head: (UInt16, UInt16, UInt16) = (0, 0, 0)
        let count = withUnsafeMutableBytes(of: &head) {
            zmq_recv(events, $0.baseAddress, $0.count, ZMQ_DONTWAIT)
        }
        guard count == 6 else { return nil }
        var address = [UInt8](repeating: 0, count: 256)
        zmq_recv(events, &address, address.count, ZMQ_DONTWAIT)
        return Int32(truncatingIfNeeded: UInt32(head.1) | UInt32(head.2) << 16)
    }

    /// Ends the watch; before its socket closes.
    func close() {
        zmq_socket_monitor(watched, nil, 0)
        zmq_close(events)
    }
}
