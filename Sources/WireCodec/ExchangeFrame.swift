import ClusterVocabulary

/// The first frame of what trainers send each other in a round: what the second frame holds.
///
/// A fixed layout of ``byteCount`` bytes, little-endian, because it is written and read for every
/// frame of every round:
///
///     0 magic u32     4 version u16   6 kind u8       7 zero u8
///     8 job u64      16 term u64     24 round i64    32 attempt u32   36 sender u32
///    40 shard u32    44 lower u32    48 upper u32    52 count u32     56 offset u64
///    64 digest high  72 digest low   80 zeros, ignored by the reader
package struct ExchangeFrame: Hashable, Sendable {
    /// What the second frame is; numbers are the layout and never reused.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// The sum over a subtree of replicas, for the shard's owner.
        case contribution = 1
        /// The average of a shard, from its owner.
        case averaged = 2
        /// A request for the global state.
        case stateRequest = 3
        /// A part of the global state.
        case state = 4
        /// Losses and counts of replicas, see ``ReplicaScalars``.
        case scalars = 5
        /// The sender is there.
        case hello = 6
        /// A part of what the sender's replicas carry to the next round.
        case replicaState = 7
    }

    /// What the second frame is.
    package var kind: Kind
    /// The job's number, from 1.
    package var job: UInt64
    /// The try, from 1.
    package var attempt: UInt32
    /// The membership.
    package var term: UInt64
    /// Complete rounds before this one.
    package var round: Int64
    /// The sender's position among the members of the term.
    package var senderRank: UInt32
    /// The shard of the parameters.
    package var shard: UInt32
    /// The first replica of the subtree summed.
    package var subtreeLower: UInt32
    /// One past the last replica of the subtree summed.
    package var subtreeUpper: UInt32
    /// The index of the first element within the shard or state.
    package var elementOffset: UInt64
    /// Elements in the second frame.
    package var elementCount: UInt32
    /// The high half of the second frame's fast digest.
    package var digestHigh: UInt64
    /// The low half of the second frame's fast digest.
    package var digestLow: UInt64

    /// Bytes of a header.
    package static let byteCount = 96
    /// The version of the layout.
    package static let version: UInt16 = 1
    /// The most elements of one second frame: 256 MiB of floats.
    package static let mostElements: UInt32 = 1 << 26
    /// `MLXF`, read as a little-endian number.
    static let magic: UInt32 = 0x4658_4C4D

    /// Makes a header; the caller digests the second frame.
    package init(
        kind: Kind, job: UInt64, attempt: UInt32, term: UInt64, round: Int64, senderRank: UInt32,
        shard: UInt32 = 0, subtreeLower: UInt32 = 0, subtreeUpper: UInt32 = 0,
        elementOffset: UInt64 = 0, elementCount: UInt32 = 0, digestHigh: UInt64 = 0,
        digestLow: UInt64 = 0
    ) {
        self.kind = kind
        self.job = job
        self.attempt = attempt
        self.term = term
        self.round = round
        self.senderRank = senderRank
        self.shard = shard
        self.subtreeLower = subtreeLower
        self.subtreeUpper = subtreeUpper
        self.elementOffset = elementOffset
        self.elementCount = elementCount
        self.digestHigh = digestHigh
        self.digestLow = digestLow
    }
}

extension ExchangeFrame {
    /// The offsets of the layout above.
    private enum Offset {
        static let magic = 0
        static let version = 4
        static let kind = 6
        static let job = 8
        static let term = 16
        static let round = 24
        static let attempt = 32
        static let senderRank = 36
        static let shard = 40
        static let subtreeLower = 44
        static let subtreeUpper = 48
        static let elementCount = 52
        static let elementOffset = 56
        static let digestHigh = 64
        static let digestLow = 72
        static let zeros = 80
    }

    /// Writes the header to the first ``byteCount`` bytes of the buffer, which must have them.
    package func encode(into buffer: UnsafeMutableRawBufferPointer) {
        precondition(buffer.count >= ExchangeFrame.byteCount, "the buffer holds no header")
        buffer.write(ExchangeFrame.magic, at: Offset.magic)
        buffer.write(ExchangeFrame.version, at: Offset.version)
        buffer.write(UInt16(kind.rawValue), at: Offset.kind)
        buffer.write(job, at: Offset.job)
        buffer.write(term, at: Offset.term)
        buffer.write(round, at: Offset.round)
        buffer.write(attempt, at: Offset.attempt)
        buffer.write(senderRank, at: Offset.senderRank)
        buffer.write(shard, at: Offset.shard)
        buffer.write(subtreeLower, at: Offset.subtreeLower)
        buffer.write(subtreeUpper, at: Offset.subtreeUpper)
        buffer.write(elementCount, at: Offset.elementCount)
        buffer.write(elementOffset, at: Offset.elementOffset)
        buffer.write(digestHigh, at: Offset.digestHigh)
        buffer.write(digestLow, at: Offset.digestLow)
        buffer.write(UInt64(0), at: Offset.zeros)
        buffer.write(UInt64(0), at: Offset.zeros + 8)
    }

    /// The bytes of the header.
    package var encoded: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: ExchangeFrame.byteCount) { buffer, count in
            encode(into: UnsafeMutableRawBufferPointer(buffer))
            count = ExchangeFrame.byteCount
        }
    }

    /// Reads a header of exactly ``byteCount`` bytes, at any alignment, and checks every field.
    package init(decoding buffer: UnsafeRawBufferPointer) throws(WireError) {
        let check = FieldChecks("ExchangeFrame")
        guard buffer.count == ExchangeFrame.byteCount,
            buffer.read(UInt32.self, at: Offset.magic) == ExchangeFrame.magic
        else { throw .malformed(message: check.message) }
        let version = buffer.read(UInt16.self, at: Offset.version)
        guard version <= ExchangeFrame.version else {
            throw .unknownVersion(
                message: check.message, found: UInt32(version),
                newestKnown: UInt32(ExchangeFrame.version))
        }
        guard version != 0 else { throw .missing(message: check.message, field: "version") }
        let mostReplicas = UInt32(WireLimits.mostReplicas)
        let replicas = 0...mostReplicas
        let lower = try check.number(
            buffer.read(UInt32.self, at: Offset.subtreeLower), "subtreeLower", replicas)
        self.init(
            kind: try check.closed(
                Kind.self, Int(buffer.read(UInt16.self, at: Offset.kind)), "kind"),
            job: try check.job(buffer.read(UInt64.self, at: Offset.job), "job").number,
            attempt: try check.number(
                buffer.read(UInt32.self, at: Offset.attempt), "attempt", 1...UInt32.max - 1),
            term: try check.term(buffer.read(UInt64.self, at: Offset.term), "term").number,
            round: try check.count(buffer.read(Int64.self, at: Offset.round), "round"),
            senderRank: try check.number(
                buffer.read(UInt32.self, at: Offset.senderRank), "senderRank",
                0...mostReplicas - 1),
            shard: try check.number(
                buffer.read(UInt32.self, at: Offset.shard), "shard", 0...mostReplicas - 1),
            subtreeLower: lower,
            subtreeUpper: try check.number(
                buffer.read(UInt32.self, at: Offset.subtreeUpper), "subtreeUpper",
                lower...mostReplicas),
            elementOffset: try check.number(
                buffer.read(UInt64.self, at: Offset.elementOffset), "elementOffset",
                0...UInt64(WireLimits.largestCount)),
            elementCount: try check.number(
                buffer.read(UInt32.self, at: Offset.elementCount), "elementCount",
                0...ExchangeFrame.mostElements),
            digestHigh: buffer.read(UInt64.self, at: Offset.digestHigh),
            digestLow: buffer.read(UInt64.self, at: Offset.digestLow))
    }
}
