import NIOCore
import Synchronization

/// Holds the open connections of a gateway within its bounds, of each client address and in all.
///
/// At a bound the oldest connection that has shown no valid credentials yet makes room for the new
/// one: whoever opens many and says nothing loses them to whoever has something to say, from the
/// same address too. When all have shown theirs, the new one is closed.
final class ConnectionCounts: Sendable {
    private struct Entry {
        let channel: any Channel
        let address: String
        /// Of all connections, in order of arrival.
        let number: UInt64
        var isProven = false
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [String: Int] = [:]
        var next: UInt64 = 0

        mutating func remove(_ id: ObjectIdentifier) {
            guard let entry = entries.removeValue(forKey: id) else { return }
            let count = counts[entry.address] ?? 0
            counts[entry.address] = count > 1 ? count - 1 : nil
        }
    }

    private let state = Mutex(State())
    private let mostPerClient: Int
    private let most: Int

    init(mostPerClient: Int, most: Int) {
        self.mostPerClient = mostPerClient
        self.most = most
    }

    /// Takes a connection in; false when it is to be closed. Users of the Unix socket have no
    /// address: they are known by name, and only the bound of all holds for them.
    func enter(_ channel: any Channel, address: String?) -> Bool {
        let id = ObjectIdentifier(channel)
        let (isTaken, evicted) = state.withLock { state -> (Bool, (any Channel)?) in
            let client = address ?? ""
            let isFull = address != nil && state.counts[client] ?? 0 >= mostPerClient
            var evicted: (any Channel)?
            if isFull || state.entries.count >= most {
                let oldest = state.entries.filter { entry in
                    !entry.value.isProven && (!isFull || entry.value.address == client)
                }.min { $0.value.number < $1.value.number }
                guard let oldest else { return (false, nil) }
                evicted = oldest.value.channel
                state.remove(oldest.key)
            }
            state.entries[id] = Entry(channel: channel, address: client, number: state.next)
            state.next += 1
            state.counts[client, default: 0] += 1
            return (true, evicted)
        }
        evicted?.close(promise: nil)
        return isTaken
    }

    /// The connection has shown valid credentials: it is not closed for others any more.
    func prove(_ channel: any Channel) {
        state.withLock { $0.entries[ObjectIdentifier(channel)]?.isProven = true }
    }

    func leave(_ channel: any Channel) {
        state.withLock { $0.remove(ObjectIdentifier(channel)) }
    }

    /// Open connections of an address.
    func count(_ address: String) -> Int { state.withLock { $0.counts[address] ?? 0 } }
}

/// Applies ``ConnectionCounts`` to one connection; used by the connection's event loop alone.
final class ConnectionBoundHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let counts: ConnectionCounts

    init(_ counts: ConnectionCounts) {
        self.counts = counts
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let isTaken = counts.enter(
            context.channel, address: context.channel.remoteAddress?.ipAddress)
        if !isTaken { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        counts.leave(context.channel)
    }
}
