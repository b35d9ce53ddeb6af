import Synchronization

/// One thread that owns sockets: it gives what they receive to a handler and sends what any thread
/// puts into its bounded outbox. It sleeps until there is something to do.
package final class MessagingLoop: Sendable {
    /// Called on the loop's thread for each message, with the index of the socket it came from.
    /// It must be quick and must not keep the message.
    package typealias Handler = @Sendable (_ socket: Int, _ message: IncomingMessage) -> Void

    private let shared: LoopShared
    private let stage: Mutex<Stage>
    private let name: String
    private let longestFrames: [Int]

    private enum Stage {
        case ready(OwnedSockets)
        case running(OSThread)
        case stopped
    }

    /// Takes over sockets, which nobody else may use from here; `name` is shown by the system's
    /// thread lists.
    package init(
        name: String,
        sockets: sending [ZeroMQSocket],
        outbox limits: OutboxLimits = OutboxLimits(),
    ) throws(MessagingError) {
        self.name = name
        longestFrames = sockets.map(\.limits.maximumFrameBytes)
        shared = LoopShared(limits: limits, signal: try WakeSignal())
        stage = Mutex(.ready(OwnedSockets(sockets: sockets)))
    }

    /// Starts the thread; throws `alreadyStarted` the second time. The handler is released when the
    /// thread ends. `onDisconnect`, for a router as the first socket, is told of each peer whose
    /// connection closed, on the loop's thread.
    package func start(
        onDisconnect: (@Sendable (PeerID) -> Void)? = nil,
        handler: @escaping Handler,
    ) throws(MessagingError) {
        let (shared, name) = (shared, name)
        try stage.withLock { (stage) throws(MessagingError) in
            guard case .ready(let owned) = stage else { throw .alreadyStarted }
            let thread = try OSThread(name: name) {
                LoopThread(
                    owned: owned, shared: shared, handler: handler, onDisconnect: onDisconnect
                ).run()
            }
            stage = .running(thread)
        }
    }

    /// Puts a message of one or more frames into the outbox, from any thread and without waiting.
    ///
    /// `peer` addresses on a router and is nil on every other kind. False, and counted as dropped,
    /// when the outbox is full, a frame is too long, or the loop has ended. True is no promise of
    /// delivery: an unknown peer or a full queue drops the message later.
    @discardableResult
    package func send(socket: Int = 0, to peer: PeerID? = nil, frames: [[UInt8]]) -> Bool {
        precondition(longestFrames.indices.contains(socket), "no such socket")
        precondition(!frames.isEmpty, "a message has at least one frame")
        let longest = longestFrames[socket]
        let isWithinBounds = frames.allSatisfy { $0.count <= longest }
        let byteCount = frames.reduce(0) { $0 + $1.count }
        let entry = Outbox.Entry(socket: socket, peer: peer, frames: frames, byteCount: byteCount)
        if isWithinBounds, shared.outbox.append(entry) { return true }
        shared.counters.countNotTaken()
        return false
    }

    /// Connects a socket to another endpoint instead of its present ones, from any thread; the last
    /// one asked for wins. Messages queued for the old ones are dropped. An endpoint that is
    /// malformed changes nothing and shows in `lastError`. False when the loop has ended.
    @discardableResult
    package func reconnect(socket: Int = 0, to endpoint: String) -> Bool {
        precondition(longestFrames.indices.contains(socket), "no such socket")
        return shared.outbox.reconnect(socket: socket, to: endpoint)
    }

    /// What was sent, received and dropped so far.
    package var counters: MessagingCounters { shared.counters.snapshot() }

    /// The last failure: of a `reconnect`, or the one that ended the thread.
    package var lastError: MessagingError? { shared.lastError.withLock { $0 } }

    /// Whether the thread takes messages.
    package var isRunning: Bool { shared.isRunning.load(ordering: .acquiring) }

    /// Offers what is in the outbox to the sockets once more, closes them and joins the thread.
    /// Stopping twice is fine; called by the handler it returns at once and the thread ends after.
    package func stop() {
        shared.mustStop.store(true, ordering: .releasing)
        shared.outbox.close()
        shared.signal.raise()
        let thread: OSThread? = stage.withLock { stage in
            switch stage {
            case .ready(let owned):
                for socket in owned.sockets { socket.close() }
                stage = .stopped
                return nil
            case .running(let thread):
                return thread
            case .stopped:
                return nil
            }
        }
        thread?.join()
    }

    deinit {
        stop()
    }
}

/// Sockets on their way to the thread that owns them.
///
/// Unchecked: `MessagingLoop` gives up its reference when it starts the loop's thread, and from
/// then on only that thread touches them.
struct OwnedSockets: @unchecked Sendable {
    let sockets: [ZeroMQSocket]
}

/// What the loop's thread and all other threads share.
final class LoopShared: Sendable {
    let outbox: Outbox
    let signal: WakeSignal
    let counters = CounterCells()
    let mustStop = Atomic<Bool>(false)
    let isRunning = Atomic<Bool>(false)
    let lastError = Mutex<MessagingError?>(nil)

    init(limits: OutboxLimits, signal: WakeSignal) {
        self.signal = signal
        outbox = Outbox(limits: limits, signal: signal)
    }
}
