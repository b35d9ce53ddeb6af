private import Synchronization

/// The bounded queue by which any thread hands messages to a loop's thread.
final class Outbox: Sendable {
    /// One message for one of the loop's sockets.
    struct Entry: Sendable {
        let socket: Int
        let peer: PeerID?
        let frames: [[UInt8]]
        let byteCount: Int
    }

    /// What the loop takes in one turn.
    struct Batch {
        var entries: [Entry] = []
        /// Latest endpoint per socket index.
        var reconnects: [Int: String] = [:]
    }

    private struct State {
        var batch = Batch()
        var byteCount = 0
        var hasRaised = false
        var isClosed = false
    }

    private let state = Mutex(State())
    private let signal: WakeSignal
    private let limits: OutboxLimits

    init(limits: OutboxLimits, signal: WakeSignal) {
        self.limits = limits
        self.signal = signal
    }

    /// False when a bound is reached or the loop has ended.
    func append(_ entry: Entry) -> Bool {
        change { state in
            guard state.batch.entries.count < limits.messages,
                entry.byteCount <= limits.bytes - state.byteCount
            else { return false }
            state.batch.entries.append(entry)
            state.byteCount += entry.byteCount
            return true
        }
    }

    /// Replaces the pending endpoint of a socket; false when the loop has ended.
    func reconnect(socket: Int, to endpoint: String) -> Bool {
        change { state in
            state.batch.reconnects[socket] = endpoint
            return true
        }
    }

    /// Swaps everything pending into `batch`, whose emptied memory is filled next.
    func drain(into batch: inout Batch) {
        batch.entries.removeAll(keepingCapacity: true)
        batch.reconnects.removeAll(keepingCapacity: true)
        state.withLock { state in
            swap(&state.batch, &batch)
            state.byteCount = 0
            state.hasRaised = false
        }
    }

    /// Refuses everything from now on.
    func close() {
        state.withLock { $0.isClosed = true }
    }

    private func change(_ body: (inout State) -> Bool) -> Bool {
        let (isTaken, mustRaise) = state.withLock { state in
            guard !state.isClosed, body(&state) else { return (false, false) }
            // One signal per batch is enough, the loop drains everything.
            defer { state.hasRaised = true }
            return (true, !state.hasRaised)
        }
        if mustRaise { signal.raise() }
        return isTaken
    }
}
