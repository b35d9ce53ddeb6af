import Averaging
import Determinism

/// Deltas of one shard and the plain recursive sum that everything is compared with.
struct RoundFixture {
    let tree: ReductionTree
    let deltas: [[Float]]
    let elementCount: Int

    /// Deltas of very different sizes, so that any other grouping of a sum has other bits.
    init(replicaCount: Int, elementCount: Int = 67) {
        tree = ReductionTree(replicaCount: replicaCount)
        self.elementCount = elementCount
        let stream = RandomStream(seed: 5, purpose: .initialization)
        deltas = (0..<replicaCount).map { replica in
            (0..<elementCount).map { element in
                let unit = stream.uniform(at: UInt64(element), lane: UInt32(replica))
                let exponent = stream.word(at: UInt64(element), lane: 1000 + UInt32(replica)) % 12
                return (unit - 0.5) * Float(1 << exponent)
            }
        }
    }

    /// The definition, word for word, without anything shared with the code under test.
    func sum(_ lower: Int, _ upper: Int) -> [Float] {
        if upper - lower == 1 { return deltas[lower] }
        var half = 1
        while half * 2 < upper - lower { half *= 2 }
        return zip(sum(lower, lower + half), sum(lower + half, upper)).map { $0 + $1 }
    }

    var average: [UInt32] {
        let inverse = 1 / Float(deltas.count)
        return sum(0, deltas.count).map { ($0 * inverse).bitPattern }
    }

    func contribution(_ subtree: ReductionTree.Subtree) -> [Float] {
        sum(subtree.lowerBound, subtree.upperBound)
    }

    /// Gives the contributions to a reducer in this order; nil when they do not complete the sum.
    func reduce(_ order: [ReductionTree.Subtree], with reducer: TreeReducer) -> [UInt32]? {
        reducer.reset()
        var last = TreeReducer.Acceptance.accepted
        for subtree in order {
            last = contribution(subtree).withUnsafeBufferPointer { reducer.accept(subtree, $0) }
        }
        guard last == .complete else { return nil }
        return result(of: reducer)
    }

    func result(of reducer: TreeReducer) -> [UInt32] {
        var result = [Float](repeating: .nan, count: elementCount)
        result.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { reducer.finish(into: base) }
        }
        return result.map(\.bitPattern)
    }
}

/// All ways to cut 0..<count into consecutive ranges.
func contiguousPartitions(_ count: Int) -> [[Range<Int>]] {
    (0..<1 << (count - 1)).map { mask in
        var ranges: [Range<Int>] = []
        var start = 0
        for end in 1...count where end == count || mask >> (end - 1) & 1 == 1 {
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}

/// All orders of the elements.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard elements.count > 1 else { return [elements] }
    return elements.indices.flatMap { index in
        var rest = elements
        let first = rest.remove(at: index)
        return permutations(rest).map { [first] + $0 }
    }
}

func node(_ lower: Int, _ upper: Int) -> ReductionTree.Subtree {
    ReductionTree.Subtree(lowerBound: lower, upperBound: upper)
}
