import Averaging
import ClusterVocabulary
import Determinism
import Messaging
import Sealing
import WireCodec

/// The exchange of one term: direct reduce-scatter and all-gather between its members.
///
/// P members, n state elements. Member p owns shard p of the state. In a round every member sends
/// each owner the pre-added deltas of its subtrees, the owner adds them in tree order, multiplies
/// once by 1/R and sends the average to all, one frame's length after the other. Frames are keyed
/// by subtree and offset, so the order of arrival cannot change a bit. One thread.
final class TermExchange {
    /// How a wait ended.
    enum Outcome {
        case complete
        /// A command came; the round is abandoned, the state untouched.
        case stopped
        /// Nothing was heard for ``silence``.
        case stalled
    }

    /// A member's sum over a subtree of replicas, all exchanged elements long.
    typealias Contribution = (subtree: ReductionTree.Subtree, delta: UnsafePointer<Float>)

    /// What a round is given to work with.
    struct Round {
        let number: Int64
        /// Where the averaged delta goes.
        let averaged: UnsafeMutablePointer<Float>
        /// The state before the round, for those who ask for it.
        let state: UnsafePointer<Float>
        let trailer: StateTrailer
        /// What replicas carry on; nil in rounds that do not send it.
        var blocks: ReplicaBlocks?
    }

    let go: GoTraining
    let rank: Int
    let tree: ReductionTree
    let shards: ShardPlan
    /// Elements of the whole state: those exchanged in rounds, and the outer optimizer's.
    let stateCount: Int
    let elements: WireElements
    let inbox: FrameInbox
    private let channels: [PeerChannel?]
    var outgoing: [OutgoingFrames]
    let reduction: ShardReduction

    /// How long nothing may be heard before a wait has stalled.
    let silence: Duration
    private var lastSign = ContinuousClock.now

    /// Time in which nothing moved because a slower member had not computed yet.
    private(set) var straggle = Duration.zero
    /// Time in which nothing moved for any other reason.
    private(set) var wait = Duration.zero
    /// Bytes given to peers' queues, headers included.
    var bytesSent: Int64 { outgoing.reduce(0) { $0 + $1.bytesSent } }

    // Of the round in progress.
    var averagedLeft: [Int] = []
    var blocksLeft: [Int] = []
    var scalars: [Int: [ReplicaScalars]] = [:]
    // Memory that queued frames name; rewritten only when the queues are empty.
    let scalarMemory: UnsafeMutableRawBufferPointer
    let trailerMemory: UnsafeMutableRawBufferPointer
    var packed: PackedElements
    /// Where packed or unaligned elements of a frame are read into.
    let unpacked: UnsafeMutableBufferPointer<Float>

    init(
        go: GoTraining, rank: Int, hostID: String, key: SecretBytes, shape: ExchangeShape,
        inbox: FrameInbox, context: MessagingContext,
        silence: Duration = ExchangeLimits.stallTimeout
    ) throws {
        self.go = go
        self.silence = silence
        self.rank = rank
        self.inbox = inbox
        tree = ReductionTree(replicaCount: shape.replicas)
        stateCount = shape.stateCount
        elements = WireElements(shape.compression)
        shards = ShardPlan(elementCount: shape.exchangedCount, memberCount: go.members.count)
        reduction = ShardReduction(
            tree: tree, elementCount: shards.range(of: rank).count, scale: shape.sumScale)
        outgoing = Array(repeating: OutgoingFrames(), count: go.members.count)
        // One life of a sender: its salt makes the subkey, its channels the nonces.
        let sealer = FrameSealer(termKey: key.bytes)
        channels = try go.members.enumerated().map { index, member in
            guard index != rank else { return nil }
            let address = member.exchange
            return address.hostID == hostID
                ? try PeerChannel(local: address.local, context)
                : try PeerChannel(
                    remote: address.remote, context, sealer: sealer, channel: UInt32(index))
        }
        scalarMemory = .allocate(
            byteCount: ReplicaScalars.encode([]).count + shape.replicas * ReplicaScalars.entryBytes,
            alignment: 8)
        trailerMemory = .allocate(byteCount: StateTrailer.wordCount * 4, alignment: 8)
        packed = PackedElements()
        unpacked = .allocate(capacity: ExchangeLimits.elementsPerFrame)
    }

    deinit {
        scalarMemory.deallocate()
        trailerMemory.deallocate()
        unpacked.deallocate()
        packed.deallocate()
    }

    func close() {
        for channel in channels { channel?.close() }
    }

    func header(_ kind: ExchangeFrame.Kind, round: Int64) -> ExchangeFrame {
        ExchangeFrame(
            kind: kind, job: go.attempt.job.number, attempt: go.attempt.number,
            term: go.term.number, round: round, senderRank: UInt32(rank))
    }

    var isSent: Bool { outgoing.allSatisfy(\.isEmpty) }

    /// Gives each peer's queue a few frames in turn; true when something went.
    func pump() throws -> Bool {
        var went = false
        for step in 1..<max(outgoing.count, 2) {
            // Every member begins with the next one, so that not all send to the same at once.
            let peer = (rank + step) % outgoing.count
            guard let channel = channels[peer], !outgoing[peer].isEmpty else { continue }
            if try outgoing[peer].pump(into: channel, most: ExchangeLimits.framesPerTurn) {
                went = true
            }
        }
        return went
    }

    /// Now and then says to the others that this member still computes: they wait for it, and
    /// would take its silence for a cut link. On the thread of the exchange alone.
    func giveSignOfLife() {
        let now = ContinuousClock.now
        guard now - lastSign > silence / ExchangeLimits.signsOfLife else { return }
        lastSign = now
        for peer in go.members.indices where peer != rank && outgoing[peer].isEmpty {
            outgoing[peer].append(
                header(.hello, round: go.startRound), UnsafeRawBufferPointer(start: nil, count: 0))
        }
        // What cannot go now goes with the round's frames, or shows its error there.
        _ = try? pump()
    }

    /// Whether a frame belongs to this term; frames of others are dropped or kept for later.
    func foreign(_ frame: ExchangeFrame) -> FrameInbox.Disposition? {
        guard frame.job == go.attempt.job.number, frame.attempt == go.attempt.number,
            frame.term >= go.term.number
        else {
            inbox.countStale()
            return .done
        }
        if frame.term > go.term.number { return .later }
        return Int(frame.senderRank) < go.members.count && Int(frame.senderRank) != rank
            ? nil : .done
    }
}

extension TermExchange {
    /// One round: `contributions` are this member's subtrees; on completion the averaged delta is
    /// in its place and the scalars of all replicas, ascending, are returned.
    func run(
        _ round: Round, contributions: [Contribution], scalars own: [ReplicaScalars],
        shouldStop: () -> Bool
    ) throws -> (outcome: Outcome, scalars: [ReplicaScalars]) {
        begin(round, contributions: contributions, scalars: own)
        let handle = { [self] (frame: ExchangeFrame, payload: UnsafeRawBufferPointer) in
            accept(frame, payload, in: round)
        }
        finishParts(round)
        inbox.replay(handle)
        var lastHeard = ContinuousClock.now
        while !isComplete {
            if shouldStop() { return (.stopped, []) }
            let went = try pump()
            if try inbox.next(timeout: .zero, handle) {
                // What is there already is taken before anybody looks at the clock.
                var taken = 1
                while taken < ExchangeLimits.framesPerTurn, try inbox.next(timeout: .zero, handle) {
                    taken += 1
                }
                lastHeard = ContinuousClock.now
            } else if !went, !isComplete {
                let asked = ContinuousClock.now
                let isReady = try waitForWork()
                let now = ContinuousClock.now
                countPause(now - asked)
                if !isReady, now - lastHeard > silence { return (.stalled, []) }
            }
        }
        return (.complete, scalars.keys.sorted().flatMap { scalars[$0] ?? [] })
    }

    /// Waits until a frame comes or a peer's queue has room again; false when neither did.
    func waitForWork() throws -> Bool {
        let blocked = channels.indices.filter { !outgoing[$0].isEmpty }
        let senders = blocked.compactMap { channels[$0]?.sender }
        // A buffer that is still being read gives no sign when it is free again.
        let hasBuffers = blocked.allSatisfy { channels[$0]?.hasFreeBuffer ?? true }
        return try inbox.wait(
            orFor: hasBuffers ? senders : [],
            timeout: hasBuffers ? ExchangeLimits.pollInterval : ExchangeLimits.sendInterval)
    }

    /// Counts time in which this member had nothing to do.
    private func countPause(_ pause: Duration) {
        // A member's scalars go first, as soon as it has computed.
        if scalars.count < go.members.count {
            straggle += pause
        } else {
            wait += pause
        }
    }

    private var isComplete: Bool {
        averagedLeft.allSatisfy { $0 == 0 } && blocksLeft.allSatisfy { $0 == 0 }
            && scalars.count == go.members.count && isSent
    }
}
