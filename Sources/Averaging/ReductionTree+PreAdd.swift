extension ReductionTree {
    /// Elements added together before moving on, so that a tile of every delta stays in cache.
    private static let tileElements = 2048

    /// Adds the deltas of a node's replicas in tree order, in place: the sum ends in the first.
    ///
    /// `deltas[i]` is the delta of replica `subtree.lowerBound + i`, each of `count` elements, none
    /// overlapping another; all but the first hold partial sums afterwards. `subtree` must be a
    /// node of this tree. A single replica's delta stays as it is.
    package func preAdd(
        _ deltas: [UnsafeMutablePointer<Float>],
        of subtree: Subtree,
        count: Int
    ) {
        precondition(isNode(subtree), "only a node of the tree can be added in advance")
        precondition(
            deltas.count == subtree.upperBound - subtree.lowerBound,
            "one delta per replica of the subtree"
        )
        precondition(count >= 0, "negative element count")
        guard deltas.count > 1 else { return }
        deltas.withUnsafeBufferPointer { deltas in
            var offset = 0
            while offset < count {
                let length = min(Self.tileElements, count - offset)
                Self.addTile(deltas, 0, deltas.count, offset: offset, count: length)
                offset += length
            }
        }
    }

    /// Sums `deltas[lower..<upper]` of one tile into `deltas[lower]`; the shape of a node depends
    /// on its size alone.
    private static func addTile(
        _ deltas: UnsafeBufferPointer<UnsafeMutablePointer<Float>>,
        _ lower: Int,
        _ upper: Int,
        offset: Int,
        count: Int
    ) {
        guard upper - lower > 1 else { return }
        let middle = lower + leftSize(of: upper - lower)
        addTile(deltas, lower, middle, offset: offset, count: count)
        addTile(deltas, middle, upper, offset: offset, count: count)
        VectorArithmetic.accumulate(
            deltas[middle] + offset,
            into: deltas[lower] + offset,
            count: count
        )
    }
}
