import Averaging

/// The packed form of a round's rounded elements, kept until their frames are sent.
///
/// A contribution's packed frames stand where its elements would: a packed frame is never longer
/// than its elements, so each has room of its own.
struct PackedElements {
    private var sums: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    private var averages: UnsafeMutableRawBufferPointer?

    /// Makes ready for the next round; the memory is kept.
    mutating func reset() {
        used = 0
    }

    func deallocate() {
        for memory in sums { memory.deallocate() }
        averages?.deallocate()
    }

    /// Room for a contribution of so many elements; nil when it is sent as it is.
    mutating func pack(
        _ contribution: TermExchange.Contribution, _ elements: WireElements, _ count: Int
    ) -> UnsafeRawPointer? {
        let replicas = contribution.subtree.upperBound - contribution.subtree.lowerBound
        guard elements.contributions(replicas: replicas) != nil else { return nil }
        if used == sums.count {
            sums.append(.allocate(byteCount: max(4 * count, 4), alignment: 64))
        }
        used += 1
        return sums[used - 1].baseAddress.map { UnsafeRawPointer($0) }
    }

    /// Packs a frame's elements into their room.
    func write(
        _ values: UnsafePointer<Float>, _ count: Int, _ codec: DeltaCodec,
        at place: UnsafeRawPointer
    ) -> UnsafeRawBufferPointer {
        codec.encode(values, into: UnsafeMutableRawPointer(mutating: place), count: count)
        return UnsafeRawBufferPointer(start: place, count: codec.byteCount(count))
    }

    /// Packs a part of the own shard's average.
    mutating func writeAverage(
        _ values: UnsafePointer<Float>, _ part: FrameParts.Part, _ codec: DeltaCodec,
        shardCount: Int
    ) -> UnsafeRawBufferPointer {
        let memory =
            averages ?? .allocate(byteCount: max(codec.byteCount(shardCount), 1), alignment: 64)
        averages = memory
        let range = codec.byteCount(part.offset)..<codec.byteCount(part.offset + part.count)
        let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[range])
        if let start = bytes.baseAddress { codec.encode(values, into: start, count: part.count) }
        return UnsafeRawBufferPointer(bytes)
    }
}
