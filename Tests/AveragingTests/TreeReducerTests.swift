import Averaging
import Determinism
import Testing

struct TreeReducerTests {
    @Test(arguments: 1...10)
    func everyContiguousPartitionGivesTheSameBits(replicaCount: Int) {
        let fixture = RoundFixture(replicaCount: replicaCount, elementCount: 9)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: 9)
        let expected = fixture.average
        for partition in contiguousPartitions(replicaCount) {
            let subtrees = partition.flatMap { fixture.tree.maximalSubtrees(of: $0) }
            #expect(fixture.reduce(subtrees, with: reducer) == expected)
            #expect(fixture.reduce(subtrees.reversed(), with: reducer) == expected)
        }
    }

    @Test(arguments: 11...17)
    func evenAndUnevenMembersGiveTheSameBits(replicaCount: Int) {
        let fixture = RoundFixture(replicaCount: replicaCount)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: fixture.elementCount)
        let teams = [[1], [1, 1], [1, 1, 1], [3, 1, 2], [1, 0, 5, 2], [1, 1, 1, 1, 1, 1, 1]]
        for weights in teams {
            let assignment = ReplicaAssignment(replicaCount: replicaCount, weights: weights)
            let subtrees = assignment.ranges.flatMap { fixture.tree.maximalSubtrees(of: $0) }
            for epoch in 0..<8 as Range<UInt64> {
                let order = RowPermutation(
                    count: subtrees.count,
                    seed: 1,
                    epoch: epoch,
                    purpose: .shuffle
                )
                let shuffled = subtrees.indices.map { subtrees[order.row(at: $0)] }
                #expect(fixture.reduce(shuffled, with: reducer) == fixture.average)
            }
        }
    }

    @Test(arguments: 1...6)
    func everyArrivalOrderGivesTheSameBits(replicaCount: Int) {
        let fixture = RoundFixture(replicaCount: replicaCount, elementCount: 5)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: 5)
        let leaves = (0..<replicaCount).map { node($0, $0 + 1) }
        for order in permutations(leaves) {
            #expect(fixture.reduce(order, with: reducer) == fixture.average)
        }
        #expect(reducer.allocatedBufferCount <= (replicaCount + 1) / 2)
    }

    @Test func allDeltasCountAndGroupingHasBits() {
        // The expectations elsewhere can only fail if these sums really differ.
        let fixture = RoundFixture(replicaCount: 7)
        let inverse: Float = 1 / 7
        let first = fixture.deltas[0].map { ($0 * inverse).bitPattern }
        #expect(fixture.average != first)
        #expect(fixture.average != fixture.deltas[0].map(\.bitPattern))
        for dropped in 0..<7 {
            var sum = [Float](repeating: 0, count: fixture.elementCount)
            for replica in 0..<7 where replica != dropped {
                sum = zip(sum, fixture.deltas[replica]).map { $0 + $1 }
            }
            #expect(fixture.average != sum.map { ($0 * inverse).bitPattern })
        }
        for arrival in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 5, 2, 4]] {
            var sum = fixture.deltas[arrival[0]]
            for replica in arrival.dropFirst() {
                sum = zip(sum, fixture.deltas[replica]).map { $0 + $1 }
            }
            #expect(fixture.average != sum.map { ($0 * inverse).bitPattern })
        }
    }

    @Test func oneMissingDeltaNeverCompletes() {
        for replicaCount in 2...9 {
            let fixture = RoundFixture(replicaCount: replicaCount, elementCount: 3)
            let reducer = TreeReducer(tree: fixture.tree, elementCount: 3)
            for dropped in 0..<replicaCount {
                let leaves = (0..<replicaCount).filter { $0 != dropped }.map { node($0, $0 + 1) }
                #expect(fixture.reduce(leaves, with: reducer) == nil)
                #expect(!reducer.isComplete)
                #expect(reducer.missing == [node(dropped, dropped + 1)])
                let late = fixture.deltas[dropped].withUnsafeBufferPointer {
                    reducer.accept(node(dropped, dropped + 1), $0)
                }
                #expect(late == .complete)
                #expect(reducer.missing.isEmpty)
                #expect(fixture.result(of: reducer) == fixture.average)
            }
        }
    }

    @Test func refusesWhatIsDuplicateOverlappingForeignOrMisshaped() {
        let fixture = RoundFixture(replicaCount: 7, elementCount: 4)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: 4)
        let junk: [Float] = [9, 9, 9, 9]
        func offer(_ subtree: ReductionTree.Subtree, _ values: [Float]) -> TreeReducer.Acceptance {
            values.withUnsafeBufferPointer { reducer.accept(subtree, $0) }
        }
        func offer(_ lower: Int, _ upper: Int) -> TreeReducer.Acceptance {
            offer(node(lower, upper), fixture.sum(lower, upper))
        }
        for foreign in [node(1, 3), node(0, 8), node(-1, 1), node(3, 3), node(.min, .max)] {
            #expect(offer(foreign, junk) == .refused(.foreignSubtree))
        }
        #expect(offer(node(0, 1), [1, 2, 3]) == .refused(.wrongElementCount))
        #expect(offer(node(0, 1), []) == .refused(.wrongElementCount))
        #expect(offer(0, 2) == .accepted)
        #expect(offer(node(0, 2), junk) == .refused(.duplicate))
        #expect(offer(node(1, 2), junk) == .refused(.overlap))
        #expect(offer(2, 3) == .accepted)
        #expect(offer(3, 4) == .accepted)
        // Inside a sum that was already formed.
        #expect(offer(node(2, 3), junk) == .refused(.duplicate))
        #expect(offer(node(0, 4), junk) == .refused(.overlap))
        #expect(offer(4, 7) == .complete)
        #expect(offer(node(4, 7), junk) == .refused(.duplicate))
        #expect(offer(node(6, 7), junk) == .refused(.overlap))
        #expect(offer(node(0, 7), junk) == .refused(.overlap))
        #expect(fixture.result(of: reducer) == fixture.average)
    }

    @Test func aWiderContributionReplacesItsParts() {
        let fixture = RoundFixture(replicaCount: 8)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: fixture.elementCount)
        // A duplicate of replica 2 ran elsewhere, then its first worker sends 0 to 3 together.
        let order = [node(2, 3), node(0, 2), node(4, 8), node(0, 4)]
        #expect(fixture.reduce(order, with: reducer) == fixture.average)
        // Replaced twice: no buffer may be handed out a second time.
        let twice = [node(2, 3), node(2, 4), node(0, 4)] + [4, 6, 5, 7].map { node($0, $0 + 1) }
        #expect(fixture.reduce(twice, with: reducer) == fixture.average)
        #expect(fixture.reduce([node(5, 6), node(0, 1), node(0, 8)], with: reducer) != nil)
        #expect(fixture.result(of: reducer) == fixture.average)
        let again = fixture.deltas[5].withUnsafeBufferPointer { reducer.accept(node(5, 6), $0) }
        #expect(again == .refused(.duplicate))
    }

    @Test(arguments: [1, 2, 3, 6, 7, 8])
    func contributionsThatStayAreNeitherCopiedNorChanged(replicaCount: Int) {
        let fixture = RoundFixture(replicaCount: replicaCount)
        let count = fixture.elementCount
        let reducer = TreeReducer(tree: fixture.tree, elementCount: count)
        let buffers = fixture.deltas.map { delta in
            let buffer = UnsafeMutablePointer<Float>.allocate(capacity: count)
            buffer.initialize(from: delta, count: count)
            return buffer
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        for replica in (0..<replicaCount).reversed() {
            _ = reducer.accept(
                node(replica, replica + 1),
                UnsafeBufferPointer(start: buffers[replica], count: count),
                lifetime: .round
            )
        }
        #expect(fixture.result(of: reducer) == fixture.average)
        for replica in 0..<replicaCount {
            let kept = Array(UnsafeBufferPointer(start: buffers[replica], count: count))
            #expect(kept == fixture.deltas[replica])
        }
        if replicaCount == 1 { #expect(reducer.allocatedBufferCount == 0) }
    }

    @Test func aContributionIsCopiedUnlessItStays() {
        let fixture = RoundFixture(replicaCount: 2, elementCount: 3)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: 3)
        var frame = fixture.deltas[1]
        _ = frame.withUnsafeBufferPointer { reducer.accept(node(1, 2), $0) }
        frame = [0, 0, 0]
        _ = fixture.deltas[0].withUnsafeBufferPointer { reducer.accept(node(0, 1), $0) }
        #expect(fixture.result(of: reducer) == fixture.average)
    }

    @Test func buffersAreReusedOverRounds() {
        let fixture = RoundFixture(replicaCount: 16)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: fixture.elementCount)
        // Even replicas first: the order that holds the most.
        let evenFirst = (0..<16).map { $0 < 8 ? 2 * $0 : 2 * ($0 - 8) + 1 }
        for _ in 0..<50 {
            let order = evenFirst.map { node($0, $0 + 1) }
            #expect(fixture.reduce(order, with: reducer) == fixture.average)
        }
        #expect(reducer.allocatedBufferCount == 8)
    }

    @Test func anEmptyShardCompletesToo() {
        let reducer = TreeReducer(tree: ReductionTree(replicaCount: 3), elementCount: 0)
        let nothing = UnsafeBufferPointer<Float>(start: nil, count: 0)
        #expect(reducer.accept(node(0, 2), nothing) == .accepted)
        #expect(reducer.accept(node(2, 3), nothing) == .complete)
    }

    @Test func averageBitsAreStored() {
        let fixture = RoundFixture(replicaCount: 13, elementCount: 1000)
        let reducer = TreeReducer(tree: fixture.tree, elementCount: 1000)
        let leaves = (0..<13).map { node($0, $0 + 1) }
        let bits = fixture.reduce(leaves, with: reducer) ?? []
        let digest = bits.withUnsafeBytes { FastDigest.of($0) }
        #expect(digest.description == "67d67bc3079805188706adadcd6b7fee")
    }

    @Test func theOuterStepAddsTheAverage() {
        var state: [Float] = (0..<100).map { Float($0) * 0.37 }
        let delta: [Float] = (0..<100).map { 1 / Float($0 + 3) }
        let expected = zip(state, delta).map { $0 + $1 }
        state.withUnsafeMutableBufferPointer { state in
            delta.withUnsafeBufferPointer { delta in
                guard let target = state.baseAddress, let source = delta.baseAddress else { return }
                OuterOptimizer.add(averagedDelta: source, to: target, count: 100)
            }
        }
        #expect(state == expected)
    }
}
