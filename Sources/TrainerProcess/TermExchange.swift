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
/// once by 1/R and sends the average to all. Frames are keyed by subtree and offset, so the order
/// of arrival cannot change a bit. One thread.
final class TermExchange {
    /// How a wait ended.
    enum Outcome {
        case complete
        /// A command came; the round is abandoned, the state untouched.
        case stopped
        /// Nothing was heard for ``ExchangeLimits/stallTimeout``.
        case stalled
    }

    let go: GoTraining
    let rank: Int
    private let tree: ReductionTree
    private let shards: ShardPlan
    /// Elements of the whole state: those exchanged in rounds, and the outer optimizer's.
    private let stateCount: Int
    private let inbox: FrameInbox
    private let channels: [PeerChannel?]
    private var outgoing: [OutgoingFrames]
    private let reducer: TreeReducer
    private var assemblies: [ReductionTree.Subtree: ShardAssembly] = [:]

    // The round in progress.
    private var round: Int64 = -1
    private var averagedLeft: [Int] = []
    private var scalars: [Int: [ReplicaScalars]] = [:]
    // Memory that queued frames name; rewritten only when the queues are empty.
    private let scalarMemory: UnsafeMutableRawBufferPointer
    private let trailerMemory: UnsafeMutableRawBufferPointer

    init(
        go: GoTraining, rank: Int, hostID: String, key: SecretBytes, session: TrainingSession,
        inbox: FrameInbox, context: MessagingContext
    ) throws {
        let replicaCount = session.work.replicas
        self.go = go
        self.rank = rank
        self.inbox = inbox
        tree = ReductionTree(replicaCount: replicaCount)
        stateCount = session.stateCount
        shards = ShardPlan(
            elementCount: session.exchangedCount, memberCount: go.members.count)
        reducer = TreeReducer(
            tree: tree, elementCount: shards.range(of: rank).count, scale: session.sumScale)
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
            byteCount: ReplicaScalars.encode([]).count + replicaCount * 64, alignment: 8)
        trailerMemory = .allocate(byteCount: StateTrailer.wordCount * 4, alignment: 8)
    }

    deinit {
        scalarMemory.deallocate()
        trailerMemory.deallocate()
    }

    func close() {
        for channel in channels { channel?.close() }
    }

    private func header(_ kind: ExchangeFrame.Kind, round: Int64) -> ExchangeFrame {
        ExchangeFrame(
            kind: kind, job: go.attempt.job.number, attempt: go.attempt.number,
            term: go.term.number, round: round, senderRank: UInt32(rank))
    }

    private var isSent: Bool { outgoing.allSatisfy(\.isEmpty) }

    private func pump() throws -> Bool {
        var went = false
        for peer in outgoing.indices {
            guard let channel = channels[peer], !outgoing[peer].isEmpty else { continue }
            if try outgoing[peer].pump(into: channel) { went = true }
        }
        return went
    }

    /// Whether a frame belongs to this term; frames of others are dropped or kept for later.
    private func foreign(_ frame: ExchangeFrame) -> FrameInbox.Disposition? {
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
    /// One round: `contributions` are this member's subtrees, whole state length each; on
    /// completion `averaged` holds the averaged delta and the scalars of all replicas, ascending,
    /// are returned.
    func run(
        round: Int64,
        contributions: [(subtree: ReductionTree.Subtree, delta: UnsafePointer<Float>)],
        scalars own: [ReplicaScalars], averaged: UnsafeMutablePointer<Float>,
        state: UnsafePointer<Float>, trailer: StateTrailer, shouldStop: () -> Bool
    ) throws -> (outcome: Outcome, scalars: [ReplicaScalars]) {
        begin(round: round, contributions: contributions, scalars: own)
        let handle = { [self] (frame: ExchangeFrame, payload: UnsafeRawBufferPointer) in
            accept(frame, payload, averaged: averaged, state: state, trailer: trailer)
        }
        finishShardIfComplete(averaged)
        inbox.replay(handle)
        var lastHeard = ContinuousClock.now
        while !isComplete {
            if shouldStop() { return (.stopped, []) }
            let went = try pump()
            let wait =
                went ? .zero : isSent ? ExchangeLimits.pollInterval : ExchangeLimits.sendInterval
            if try inbox.next(timeout: wait, handle) {
                lastHeard = ContinuousClock.now
                finishShardIfComplete(averaged)
            } else if !went, ContinuousClock.now - lastHeard > ExchangeLimits.stallTimeout {
                return (.stalled, [])
            }
        }
        return (.complete, scalars.keys.sorted().flatMap { scalars[$0] ?? [] })
    }

    private var isComplete: Bool {
        averagedLeft.allSatisfy { $0 == 0 } && scalars.count == go.members.count && isSent
    }

    private func begin(
        round: Int64,
        contributions: [(subtree: ReductionTree.Subtree, delta: UnsafePointer<Float>)],
        scalars own: [ReplicaScalars]
    ) {
        self.round = round
        reducer.reset()
        for assembly in assemblies.values { assembly.reuse() }
        scalars = [rank: own]
        averagedLeft = go.members.indices.map { shards.range(of: $0).count }
        let encoded = ReplicaScalars.encode(own)
        scalarMemory.copyBytes(from: encoded)
        let scalarPayload = UnsafeRawBufferPointer(rebasing: scalarMemory[..<encoded.count])
        for peer in go.members.indices where peer != rank {
            outgoing[peer].append(header(.scalars, round: round), scalarPayload)
            let shard = shards.range(of: peer)
            for contribution in contributions {
                var frame = header(.contribution, round: round)
                frame.shard = UInt32(peer)
                frame.subtreeLower = UInt32(contribution.subtree.lowerBound)
                frame.subtreeUpper = UInt32(contribution.subtree.upperBound)
                outgoing[peer].append(
                    frame, floats: contribution.delta + shard.lowerBound, count: shard.count)
            }
        }
        let ownShard = shards.range(of: rank)
        for contribution in contributions where !ownShard.isEmpty {
            _ = reducer.accept(
                contribution.subtree,
                UnsafeBufferPointer(
                    start: contribution.delta + ownShard.lowerBound, count: ownShard.count),
                lifetime: .round)
        }
    }

    /// Once all replicas are in: average the own shard and send it to everybody.
    private func finishShardIfComplete(_ averaged: UnsafeMutablePointer<Float>) {
        let shard = shards.range(of: rank)
        guard averagedLeft[rank] > 0, reducer.isComplete else { return }
        reducer.finish(into: averaged + shard.lowerBound)
        averagedLeft[rank] = 0
        for peer in go.members.indices where peer != rank {
            var frame = header(.averaged, round: round)
            frame.shard = UInt32(rank)
            outgoing[peer].append(
                frame, floats: UnsafePointer(averaged + shard.lowerBound), count: shard.count)
        }
    }

    private func accept(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer,
        averaged: UnsafeMutablePointer<Float>, state: UnsafePointer<Float>, trailer: StateTrailer
    ) -> FrameInbox.Disposition {
        if let disposition = foreign(frame) { return disposition }
        let sender = Int(frame.senderRank)
        if frame.kind == .stateRequest {
            // Until the member that asks has it, no round can end: the state is the start's.
            if round == go.startRound { sendState(to: sender, state: state, trailer: trailer) }
            return .done
        }
        if frame.round < round { return .done }
        if frame.round > round { return .later }
        switch frame.kind {
        case .scalars:
            guard let entries = try? ReplicaScalars.decode(payload), owns(sender, entries) else {
                return .done
            }
            scalars[sender] = entries
        case .contribution: acceptContribution(frame, payload)
        case .averaged: acceptAverage(frame, payload, averaged)
        case .stateRequest, .state, .hello: break
        }
        return .done
    }

    /// Whether the entries are exactly the sender's replicas.
    private func owns(_ sender: Int, _ entries: [ReplicaScalars]) -> Bool {
        let member = go.members[sender]
        return entries.map { Int($0.replica) } == Array(member.firstReplica..<member.endReplica)
    }

    private func acceptContribution(_ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer) {
        let subtree = ReductionTree.Subtree(
            lowerBound: Int(frame.subtreeLower), upperBound: Int(frame.subtreeUpper))
        let shardCount = reducer.elementCount
        let member = go.members[Int(frame.senderRank)]
        guard Int(frame.shard) == rank, tree.isNode(subtree),
            subtree.lowerBound >= member.firstReplica, subtree.upperBound <= member.endReplica,
            payload.count == Int(frame.elementCount) * MemoryLayout<Float>.size
        else { return }
        if frame.elementOffset == 0, Int(frame.elementCount) == shardCount,
            UInt(bitPattern: payload.baseAddress) % UInt(MemoryLayout<Float>.alignment) == 0
        {
            _ = reducer.accept(subtree, payload.assumingMemoryBound(to: Float.self))
            return
        }
        let assembly = assemblies[subtree] ?? ShardAssembly(count: shardCount)
        assemblies[subtree] = assembly
        if let whole = assembly.take(payload, at: Int(frame.elementOffset)) {
            _ = reducer.accept(subtree, whole, lifetime: .round)
        }
    }

    private func acceptAverage(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer,
        _ averaged: UnsafeMutablePointer<Float>
    ) {
        let owner = Int(frame.senderRank)
        let shard = shards.range(of: owner)
        let count = Int(frame.elementCount)
        // Frames of one sender come in order, so the next offset says whether one is a repetition.
        guard Int(frame.shard) == owner, payload.count == count * MemoryLayout<Float>.size,
            Int(frame.elementOffset) == shard.count - averagedLeft[owner],
            count <= averagedLeft[owner], let bytes = payload.baseAddress
        else { return }
        UnsafeMutableRawPointer(averaged + shard.lowerBound + Int(frame.elementOffset))
            .copyMemory(from: bytes, byteCount: payload.count)
        averagedLeft[owner] -= count
    }
}

extension TermExchange {
    private func sendState(to peer: Int, state: UnsafePointer<Float>, trailer: StateTrailer) {
        let frame = header(.state, round: go.startRound)
        outgoing[peer].append(frame, floats: state, count: stateCount)
        trailer.encoded.withUnsafeBytes { trailerMemory.copyMemory(from: $0) }
        var last = frame
        last.elementOffset = UInt64(stateCount)
        last.elementCount = UInt32(StateTrailer.wordCount)
        outgoing[peer].append(last, UnsafeRawBufferPointer(trailerMemory))
    }

    /// Fetches the state of `go.startRound` from the member that holds it.
    func fetchState(
        from source: Int, into state: UnsafeMutablePointer<Float>, shouldStop: () -> Bool
    ) throws -> (outcome: Outcome, trailer: StateTrailer) {
        outgoing[source].append(
            header(.stateRequest, round: go.startRound),
            UnsafeRawBufferPointer(start: nil, count: 0))
        var received = 0
        var trailer: StateTrailer?
        let handle = {
            [self] (frame: ExchangeFrame, payload: UnsafeRawBufferPointer)
                -> FrameInbox.Disposition in
            if let disposition = foreign(frame) { return disposition }
            guard frame.kind == .state else { return frame.kind == .stateRequest ? .done : .later }
            guard Int(frame.senderRank) == source, Int(frame.elementOffset) == received,
                payload.count == Int(frame.elementCount) * MemoryLayout<Float>.size
            else { return .done }
            if received == stateCount {
                trailer = StateTrailer(payload)
            } else if received + Int(frame.elementCount) <= stateCount,
                let bytes = payload.baseAddress
            {
                UnsafeMutableRawPointer(state + received).copyMemory(
                    from: bytes, byteCount: payload.count)
                received += Int(frame.elementCount)
            }
            return .done
        }
        inbox.replay(handle)
        var lastHeard = ContinuousClock.now
        while true {
            if let trailer { return (.complete, trailer) }
            if shouldStop() { return (.stopped, StateTrailer()) }
            let went = try pump()
            let wait = isSent ? ExchangeLimits.pollInterval : ExchangeLimits.sendInterval
            if try inbox.next(timeout: went ? .zero : wait, handle) {
                lastHeard = ContinuousClock.now
            } else if ContinuousClock.now - lastHeard > ExchangeLimits.stallTimeout {
                return (.stalled, StateTrailer())
            }
        }
    }

    /// Serves as a finished member until told to stop: delivers what is queued, and hands the
    /// state to members that are behind.
    func serve(
        state: UnsafePointer<Float>, trailer: StateTrailer, until shouldStop: () -> Bool
    ) throws {
        while !shouldStop() {
            let went = try pump()
            let wait =
                went ? .zero : isSent ? ExchangeLimits.pollInterval : ExchangeLimits.sendInterval
            _ = try inbox.next(timeout: wait) { frame, _ in
                if let disposition = foreign(frame) { return disposition }
                if frame.kind == .stateRequest {
                    sendState(to: Int(frame.senderRank), state: state, trailer: trailer)
                }
                return .done
            }
        }
    }
}
