import Averaging

/// The sum and average of the shard a member owns, frame by frame: each part of a frame's length
/// has a reducer of its own, so that its average is on its way while later parts still arrive.
final class ShardReduction {
    private let parts: [FrameParts.Part]
    private let reducers: [TreeReducer]
    /// How many parts' averages were taken.
    private var finished = 0
    /// Elements whose average has not been taken yet.
    private(set) var elementsLeft: Int
    let elementCount: Int

    init(tree: ReductionTree, elementCount: Int, scale: Float?) {
        self.elementCount = elementCount
        parts = Array(FrameParts(count: elementCount))
        reducers = parts.map { TreeReducer(tree: tree, elementCount: $0.count, scale: scale) }
        elementsLeft = elementCount
    }

    /// Makes ready for the next round.
    func reset() {
        for reducer in reducers { reducer.reset() }
        finished = 0
        elementsLeft = elementCount
    }

    /// Takes this member's own sum over a subtree, the whole shard; it must stay until the end of
    /// the round.
    func takeOwn(_ subtree: ReductionTree.Subtree, _ shard: UnsafePointer<Float>) {
        for (part, reducer) in zip(parts, reducers) {
            _ = reducer.accept(
                subtree, UnsafeBufferPointer(start: shard + part.offset, count: part.count),
                lifetime: .round)
        }
    }

    /// Takes a peer's sum over a subtree for the part that begins at `offset`; false when there is
    /// no such part, or it was taken before.
    func take(
        _ subtree: ReductionTree.Subtree, at offset: Int, _ elements: UnsafeBufferPointer<Float>
    ) -> Bool {
        guard offset >= 0, offset % ExchangeLimits.elementsPerFrame == 0 else { return false }
        let index = offset / ExchangeLimits.elementsPerFrame
        guard index < parts.count else { return false }
        if case .refused = reducers[index].accept(subtree, elements) { return false }
        return true
    }

    /// Writes the averages that have become complete to their places in the shard, in order, and
    /// gives their parts.
    func finish(into shard: UnsafeMutablePointer<Float>, _ body: (FrameParts.Part) -> Void) {
        // Averages go out in order: a peer takes the next one only.
        while finished < parts.count, reducers[finished].isComplete {
            let part = parts[finished]
            reducers[finished].finish(into: shard + part.offset)
            finished += 1
            elementsLeft -= part.count
            body(part)
        }
    }
}
