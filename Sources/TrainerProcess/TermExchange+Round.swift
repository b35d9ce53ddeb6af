import Averaging
import ClusterVocabulary
import WireCodec

/// The frames of a round: what is sent, and what becomes of those that come.
extension TermExchange {
    /// Queues what this member has to say in a round.
    func begin(_ round: Round, contributions: [Contribution], scalars own: [ReplicaScalars]) {
        reduction.reset()
        packed.reset()
        scalars = [rank: own]
        averagedLeft = go.members.indices.map { shards.range(of: $0).count }
        blocksLeft = go.members.indices.map { blockCount(of: $0, round) }
        let encoded = ReplicaScalars.encode(own)
        scalarMemory.copyBytes(from: encoded)
        let scalarPayload = UnsafeRawBufferPointer(rebasing: scalarMemory[..<encoded.count])
        for peer in go.members.indices where peer != rank {
            outgoing[peer].append(header(.scalars, round: round.number), scalarPayload)
        }
        let packs = contributions.map { packed.pack($0, elements, shards.elementCount) }
        for peer in go.members.indices where peer != rank {
            for part in FrameParts(count: shards.range(of: peer).count) {
                for (contribution, pack) in zip(contributions, packs) {
                    send(contribution, pack, part, to: peer, round.number)
                }
            }
        }
        let ownShard = shards.range(of: rank)
        for contribution in contributions where !ownShard.isEmpty {
            reduction.takeOwn(contribution.subtree, contribution.delta + ownShard.lowerBound)
        }
        sendBlocks(round)
    }

    /// Elements of the blocks of a member's replicas, in rounds that send them.
    private func blockCount(of member: Int, _ round: Round) -> Int {
        let replicas = go.members[member].endReplica - go.members[member].firstReplica
        return (round.blocks?.perReplica ?? 0) * (member == rank ? 0 : replicas)
    }

    private func send(
        _ contribution: Contribution, _ pack: UnsafeRawPointer?, _ part: FrameParts.Part,
        to peer: Int, _ round: Int64
    ) {
        var frame = part.addressed(header(.contribution, round: round))
        frame.shard = UInt32(peer)
        frame.subtreeLower = UInt32(contribution.subtree.lowerBound)
        frame.subtreeUpper = UInt32(contribution.subtree.upperBound)
        let start = shards.range(of: peer).lowerBound + part.offset
        if let pack, let codec = elements.codec {
            // Packed frame by frame from the shard's start: see PackedElements.
            outgoing[peer].append(
                frame,
                packed.write(
                    contribution.delta + start, part.count, codec, at: pack + start * 4))
        } else {
            outgoing[peer].append(
                frame,
                UnsafeRawBufferPointer(
                    UnsafeBufferPointer(start: contribution.delta + start, count: part.count)))
        }
    }

    /// Queues what the own replicas carry on.
    private func sendBlocks(_ round: Round) {
        guard let blocks = round.blocks else { return }
        let own = go.members[rank]
        let first = own.firstReplica * blocks.perReplica
        let count = (own.endReplica - own.firstReplica) * blocks.perReplica
        for peer in go.members.indices where peer != rank {
            outgoing[peer].append(
                header(.replicaState, round: round.number),
                floats: UnsafePointer(blocks.elements + first), count: count)
        }
    }

    /// Averages the parts of the own shard that are complete and sends them to everybody.
    func finishParts(_ round: Round) {
        let shard = shards.range(of: rank)
        guard averagedLeft[rank] > 0 else { return }
        let start = round.averaged + shard.lowerBound
        reduction.finish(into: start) { part in
            averagedLeft[rank] -= part.count
            var payload = UnsafeRawBufferPointer(
                UnsafeBufferPointer(start: UnsafePointer(start) + part.offset, count: part.count))
            if let codec = elements.averages {
                DeltaCodec.roundToBfloat16(start + part.offset, count: part.count)
                payload = packed.writeAverage(
                    start + part.offset, part, codec, shardCount: shard.count)
            }
            for peer in go.members.indices where peer != rank {
                var frame = part.addressed(header(.averaged, round: round.number))
                frame.shard = UInt32(rank)
                outgoing[peer].append(frame, payload)
            }
        }
    }

    /// What becomes of a frame that came in a round.
    func accept(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer, in round: Round
    ) -> FrameInbox.Disposition {
        if let disposition = foreign(frame) { return disposition }
        if frame.kind == .hello { return .done }
        let sender = Int(frame.senderRank)
        if frame.kind == .stateRequest {
            // Until the member that asks has it, no round can end: the state is the start's.
            if round.number == go.startRound {
                sendState(to: sender, state: round.state, trailer: round.trailer)
            }
            return .done
        }
        if frame.round < round.number { return .done }
        if frame.round > round.number { return .later }
        switch frame.kind {
        case .scalars:
            guard let entries = try? ReplicaScalars.decode(payload), owns(sender, entries) else {
                return .done
            }
            scalars[sender] = entries
        case .contribution: acceptContribution(frame, payload, round)
        case .averaged: acceptAverage(frame, payload, round)
        case .replicaState: acceptBlocks(frame, payload, round)
        case .stateRequest, .state, .hello: break
        }
        return .done
    }

    /// Whether the entries are exactly the sender's replicas.
    private func owns(_ sender: Int, _ entries: [ReplicaScalars]) -> Bool {
        let member = go.members[sender]
        return entries.map { Int($0.replica) } == Array(member.firstReplica..<member.endReplica)
    }

    private func acceptContribution(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer, _ round: Round
    ) {
        let subtree = ReductionTree.Subtree(
            lowerBound: Int(frame.subtreeLower), upperBound: Int(frame.subtreeUpper))
        let member = go.members[Int(frame.senderRank)]
        guard Int(frame.shard) == rank, tree.isNode(subtree),
            subtree.lowerBound >= member.firstReplica, subtree.upperBound <= member.endReplica,
            let floats = floats(
                payload, Int(frame.elementCount),
                elements.contributions(replicas: subtree.upperBound - subtree.lowerBound)),
            reduction.take(subtree, at: Int(frame.elementOffset), floats)
        else { return }
        finishParts(round)
    }

    /// The elements of a frame, aligned; nil when their number is not the one it says.
    private func floats(
        _ payload: UnsafeRawBufferPointer, _ count: Int, _ codec: DeltaCodec?
    ) -> UnsafeBufferPointer<Float>? {
        guard count > 0, count <= ExchangeLimits.elementsPerFrame, let bytes = payload.baseAddress
        else { return nil }
        if let codec {
            guard payload.count == codec.byteCount(count), let target = unpacked.baseAddress
            else { return nil }
            codec.decode(bytes, into: target, count: count)
            return UnsafeBufferPointer(start: target, count: count)
        }
        guard payload.count == count * MemoryLayout<Float>.size else { return nil }
        if UInt(bitPattern: bytes) % UInt(MemoryLayout<Float>.alignment) != 0 {
            // libzmq gives small messages where they stand in its buffer, at any alignment.
            UnsafeMutableRawBufferPointer(unpacked).copyMemory(from: payload)
            return UnsafeBufferPointer(rebasing: unpacked[..<count])
        }
        return UnsafeBufferPointer(
            start: bytes.assumingMemoryBound(to: Float.self), count: count)
    }

    private func acceptAverage(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer, _ round: Round
    ) {
        let owner = Int(frame.senderRank)
        let shard = shards.range(of: owner)
        let count = Int(frame.elementCount)
        // Frames of one sender come in order, so the next offset says whether one is a repetition.
        guard Int(frame.shard) == owner,
            Int(frame.elementOffset) == shard.count - averagedLeft[owner],
            count <= averagedLeft[owner], let bytes = payload.baseAddress
        else { return }
        let target = round.averaged + shard.lowerBound + Int(frame.elementOffset)
        if let codec = elements.averages {
            guard payload.count == codec.byteCount(count) else { return }
            codec.decode(bytes, into: target, count: count)
        } else {
            guard payload.count == count * MemoryLayout<Float>.size else { return }
            UnsafeMutableRawPointer(target).copyMemory(from: bytes, byteCount: payload.count)
        }
        averagedLeft[owner] -= count
    }

    private func acceptBlocks(
        _ frame: ExchangeFrame, _ payload: UnsafeRawBufferPointer, _ round: Round
    ) {
        let sender = Int(frame.senderRank)
        let count = Int(frame.elementCount)
        guard let blocks = round.blocks, let bytes = payload.baseAddress,
            payload.count == count * MemoryLayout<Float>.size, count <= blocksLeft[sender],
            Int(frame.elementOffset) == blockCount(of: sender, round) - blocksLeft[sender]
        else { return }
        let first = go.members[sender].firstReplica * blocks.perReplica
        UnsafeMutableRawPointer(blocks.elements + first + Int(frame.elementOffset))
            .copyMemory(from: bytes, byteCount: payload.count)
        blocksLeft[sender] -= count
    }
}
