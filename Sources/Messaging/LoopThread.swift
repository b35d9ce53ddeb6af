private import CZeroMQ
private import Glibc
private import Synchronization

/// The body of a loop's thread; made, used and released there.
final class LoopThread {
    private let sockets: [ZeroMQSocket]
    private let shared: LoopShared
    private let handler: MessagingLoop.Handler
    private var batch = Outbox.Batch()
    private var countedRefusals: [UInt64]
    private let watch: ConnectionWatch?

    /// Messages taken from one socket before the outbox and the other sockets get their turn.
    private static let maximumMessagesPerTurn = 256

    init(
        owned: OwnedSockets, shared: LoopShared, handler: @escaping MessagingLoop.Handler,
        onDisconnect: (@Sendable (PeerID) -> Void)?
    ) {
        sockets = owned.sockets
        watch = onDisconnect.flatMap { ConnectionWatch(of: owned.sockets[0], report: $0) }
        self.shared = shared
        self.handler = handler
        countedRefusals = sockets.map { _ in 0 }
    }

    /// Runs until a stop is asked for, the context ends, or libzmq fails.
    func run() {
        shared.isRunning.store(true, ordering: .releasing)
        do {
            try serve()
            // What was accepted before the stop is still offered to the sockets.
            try sendPending()
        } catch {
            let failure = error as? MessagingError
            shared.lastError.withLock { $0 = failure }
        }
        shared.outbox.close()
        shared.isRunning.store(false, ordering: .releasing)
        watch?.close()
        for socket in sockets { socket.close() }
    }

    private func serve() throws {
        var items = [
            zmq_pollitem_t(
                socket: nil,
                fd: shared.signal.readDescriptor,
                events: Int16(ZMQ_POLLIN),
                revents: 0,
            )
        ]
        for socket in sockets {
            // A push socket never has anything to read, and polling it for that is an error.
            let events = socket.kind == .push ? 0 : Int16(ZMQ_POLLIN)
            let handle = try socket.handle()
            items.append(zmq_pollitem_t(socket: handle, fd: 0, events: events, revents: 0))
        }
        if let handle = watch?.handle {
            items.append(
                zmq_pollitem_t(socket: handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        }
        while !shared.mustStop.load(ordering: .acquiring) {
            if zmq_poll(&items, Int32(items.count), -1) < 0 {
                if zmq_errno() == EINTR { continue }
                throw MessagingError.last("poll", "messaging loop")
            }
            // The signal is cleared before the outbox is read, so that none is missed.
            if items[0].revents != 0 { shared.signal.clear() }
            try sendPending()
            // Before the messages: a descriptor may be given to a new connection at once.
            if items.count > sockets.count + 1, items[sockets.count + 1].revents != 0 {
                watch?.takeEvents()
            }
            for index in sockets.indices where items[index + 1].revents != 0 {
                try receive(from: index)
            }
        }
    }

    private func sendPending() throws {
        shared.outbox.drain(into: &batch)
        for (index, endpoint) in batch.reconnects { reconnect(index, to: endpoint) }
        for entry in batch.entries {
            let outcome = try sockets[entry.socket].send(entry.frames, to: entry.peer)
            shared.counters.countOutgoing(outcome, byteCount: entry.byteCount)
        }
    }

    private func receive(from index: Int) throws {
        let socket = sockets[index]
        for _ in 0..<Self.maximumMessagesPerTurn {
            let received: Void? = try socket.withReceived { message in
                shared.counters.countIncoming(byteCount: message.byteCount)
                if index == 0 { watch?.note(message) }
                handler(index, message)
            }
            if received == nil { break }
        }
        shared.counters.countRefused(socket.refusedMessages - countedRefusals[index])
        countedRefusals[index] = socket.refusedMessages
    }

    private func reconnect(_ index: Int, to endpoint: String) {
        do {
            try sockets[index].reconnect(to: endpoint)
        } catch {
            shared.lastError.withLock { $0 = error }
        }
    }
}
