/// The fixed binary tree over replica ids 0..<R that every sum of a round follows.
///
/// A node `[lower, upper)` of more than one replica splits at `lower` plus the largest power of
/// two below its size. The value of a node is value(left) + value(right), element by element. The
/// shape depends on R alone, so the bits of a sum do not depend on who computed which part.
package struct ReductionTree: Sendable, Equatable {
    /// How many replicas the tree covers, at least 1.
    package let replicaCount: Int

    /// The tree over 0..<replicaCount; `replicaCount` must be at least 1.
    package init(replicaCount: Int) {
        precondition(replicaCount >= 1, "a reduction tree needs at least one replica")
        self.replicaCount = replicaCount
    }

    /// A node of a reduction tree: the replicas `lowerBound..<upperBound`.
    ///
    /// One that came from a peer may be anything; ask `isNode` before using it.
    package struct Subtree: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The first replica.
        package let lowerBound: Int
        /// One past the last replica.
        package let upperBound: Int

        /// A subtree of these bounds, unchecked.
        package init(lowerBound: Int, upperBound: Int) {
            self.lowerBound = lowerBound
            self.upperBound = upperBound
        }

        /// By first replica, then by size.
        package static func < (left: Subtree, right: Subtree) -> Bool {
            (left.lowerBound, left.upperBound) < (right.lowerBound, right.upperBound)
        }

        /// The half-open interval, as `[2,4)`.
        package var description: String {
            "[\(lowerBound),\(upperBound))"
        }
    }

    /// The node of all replicas.
    package var root: Subtree {
        Subtree(lowerBound: 0, upperBound: replicaCount)
    }

    /// Whether the bounds are those of a node of this tree; false for any nonsense.
    package func isNode(_ subtree: Subtree) -> Bool {
        guard
            subtree.lowerBound >= 0,
            subtree.lowerBound < subtree.upperBound,
            subtree.upperBound <= replicaCount
        else { return false }
        var node = root
        while node != subtree {
            guard let (left, right) = Self.halves(of: node) else { return false }
            node = subtree.lowerBound < left.upperBound ? left : right
        }
        return true
    }

    /// The two children, in order; nil for a single replica and for what is not a node.
    package func children(of subtree: Subtree) -> (Subtree, Subtree)? {
        isNode(subtree) ? Self.halves(of: subtree) : nil
    }

    /// The largest nodes that together are exactly the replicas of the range, in replica order.
    ///
    /// At most `2 * ceil(log2 R)` of them, one for R = 1. What lies outside 0..<R is ignored.
    package func maximalSubtrees(of range: Range<Int>) -> [Subtree] {
        var found: [Subtree] = []
        let wanted = range.clamped(to: 0..<replicaCount)
        func collect(_ node: Subtree) {
            guard node.lowerBound < wanted.upperBound, wanted.lowerBound < node.upperBound else {
                return
            }
            if wanted.lowerBound <= node.lowerBound && node.upperBound <= wanted.upperBound {
                found.append(node)
            } else if let (left, right) = Self.halves(of: node) {
                collect(left)
                collect(right)
            }
        }
        if !wanted.isEmpty { collect(root) }
        return found
    }

    /// The sum of one number per replica in tree order; `values` holds R numbers by replica id.
    package func sum(_ values: [Double]) -> Double {
        precondition(values.count == replicaCount, "one value per replica")
        func total(_ lower: Int, _ upper: Int) -> Double {
            let size = upper - lower
            guard size > 1 else { return values[lower] }
            let middle = lower + Self.leftSize(of: size)
            return total(lower, middle) + total(middle, upper)
        }
        return total(0, replicaCount)
    }

    /// How many replicas the left child of a node of `size` > 1 holds: the largest power of two
    /// below `size`.
    static func leftSize(of size: Int) -> Int {
        1 << (Int.bitWidth - 1 - (size - 1).leadingZeroBitCount)
    }

    private static func halves(of node: Subtree) -> (Subtree, Subtree)? {
        let size = node.upperBound - node.lowerBound
        guard size > 1 else { return nil }
        let middle = node.lowerBound + leftSize(of: size)
        return (
            Subtree(lowerBound: node.lowerBound, upperBound: middle),
            Subtree(lowerBound: middle, upperBound: node.upperBound)
        )
    }
}
