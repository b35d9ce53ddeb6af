import Averaging
import Testing

struct ReductionTreeTests {
    @Test func splitsAtTheLargestPowerOfTwoBelowTheSize() throws {
        let tree = ReductionTree(replicaCount: 7)
        let (left, right) = try #require(tree.children(of: tree.root))
        #expect((left, right) == (node(0, 4), node(4, 7)))
        let (rightLeft, rightRight) = try #require(tree.children(of: right))
        #expect((rightLeft, rightRight) == (node(4, 6), node(6, 7)))
        #expect(tree.children(of: rightRight) == nil)
        #expect(tree.children(of: node(1, 3)) == nil)
    }

    @Test func exactlyTheNodesAreNodes() {
        for count in 1...17 {
            let tree = ReductionTree(replicaCount: count)
            var nodes: Set<ReductionTree.Subtree> = []
            var open = [tree.root]
            while let next = open.popLast() {
                nodes.insert(next)
                if let (left, right) = tree.children(of: next) { open += [left, right] }
            }
            #expect(nodes.count == 2 * count - 1)
            for lower in -2...count + 2 {
                for upper in -2...count + 2 {
                    let candidate = node(lower, upper)
                    #expect(tree.isNode(candidate) == nodes.contains(candidate))
                }
            }
            #expect(!tree.isNode(node(.min, .max)))
            #expect(!tree.isNode(node(.max, .min)))
        }
    }

    @Test func maximalSubtreesCoverTheRangeInOrderAndAreFew() {
        for count in 1...17 {
            let tree = ReductionTree(replicaCount: count)
            let levels = count == 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
            for lower in 0..<count {
                for upper in lower + 1...count {
                    let subtrees = tree.maximalSubtrees(of: lower..<upper)
                    #expect(subtrees.count <= max(1, 2 * levels))
                    #expect(subtrees == subtrees.sorted())
                    #expect(subtrees.allSatisfy(tree.isNode))
                    let covered = subtrees.flatMap { $0.lowerBound..<$0.upperBound }
                    #expect(covered == Array(lower..<upper))
                    // Maximal: no node inside the range holds one of them and more.
                    for wider in lower..<upper {
                        for subtree in subtrees where wider < subtree.lowerBound {
                            #expect(!tree.isNode(node(wider, subtree.upperBound)))
                        }
                    }
                }
            }
        }
    }

    @Test func rangesOutsideTheReplicasAreCut() {
        let tree = ReductionTree(replicaCount: 6)
        #expect(tree.maximalSubtrees(of: -3..<100) == [node(0, 6)])
        #expect(tree.maximalSubtrees(of: 2..<2).isEmpty)
        #expect(tree.maximalSubtrees(of: 6..<9).isEmpty)
    }

    @Test func scalarSumsFollowTheTree() {
        let values = [1e16, 1, 1, 1, 1, 1, 1]
        let expected = ((1e16 + 1) + (1.0 + 1)) + ((1.0 + 1) + 1)
        let inOrder = values.reduce(0, +)
        #expect(ReductionTree(replicaCount: 7).sum(values) == expected)
        #expect(expected != inOrder)
        #expect(ReductionTree(replicaCount: 1).sum([4.5]) == 4.5)
    }

    @Test(arguments: 1...17)
    func addingInAdvanceEqualsTheRecursiveSum(replicaCount: Int) {
        // More than one tile, and a ragged end.
        let fixture = RoundFixture(replicaCount: replicaCount, elementCount: 2048 + 37)
        for lower in 0..<replicaCount {
            for upper in lower + 1...replicaCount where fixture.tree.isNode(node(lower, upper)) {
                let buffers = (lower..<upper).map { replica in
                    let buffer = UnsafeMutablePointer<Float>.allocate(capacity: 2085)
                    buffer.initialize(from: fixture.deltas[replica], count: 2085)
                    return buffer
                }
                defer { for buffer in buffers { buffer.deallocate() } }
                fixture.tree.preAdd(buffers, of: node(lower, upper), count: 2085)
                let sum = UnsafeBufferPointer(start: buffers[0], count: 2085).map(\.bitPattern)
                #expect(sum == fixture.sum(lower, upper).map(\.bitPattern))
            }
        }
    }
}
