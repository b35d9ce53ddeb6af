import NIOCore
import Synchronization

/// Counts the open connections of each client address and closes those beyond a bound at once, so
/// that one host cannot take all that a gateway accepts.
final class ConnectionCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])
    private let most: Int

    init(most: Int) {
        self.most = most
    }

    /// Whether one more is within the bound; it counts if so.
    func enter(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address] ?? 0
            guard count < most else { return false }
            counts[address] = count + 1
            return true
        }
    }

    func leave(_ address: String) {
        counts.withLock { counts in
            guard let count = counts[address] else { return }
            counts[address] = count > 1 ? count - 1 : nil
        }
    }

    /// Open connections of an address.
    func count(_ address: String) -> Int { counts.withLock { $0[address] ?? 0 } }
}

/// Applies ``ConnectionCounts`` to one connection; used by the connection's event loop alone.
final class ConnectionBoundHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let counts: ConnectionCounts
    private var address: String?

    init(_ counts: ConnectionCounts) {
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Users of the Unix socket are known by name; the sum over all bounds them.
        guard let address = context.channel.remoteAddress?.ipAddress else { return }
        if counts.enter(address) {
            self.address = address
        } else {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if let address { counts.leave(address) }
        address = nil
    }
}
