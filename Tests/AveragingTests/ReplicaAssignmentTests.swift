import Averaging
import Testing

struct ReplicaAssignmentTests {
    private func waves(_ ranges: [Range<Int>], _ weights: [Int]) -> Int {
        zip(ranges, weights).map { $1 > 0 ? ($0.count + $1 - 1) / $1 : 0 }.max() ?? 0
    }

    @Test func rangesCoverAllReplicasInOrderAndNobodyIsIdleWithoutNeed() {
        let teams = [[1], [1, 1], [2, 1], [1, 7], [4, 0, 4], [3, 3, 3], [1, 2, 3, 4, 5]]
        for replicaCount in 1...17 {
            for weights in teams {
                let assignment = ReplicaAssignment(replicaCount: replicaCount, weights: weights)
                #expect(assignment.ranges.count == weights.count)
                #expect(assignment.ranges.flatMap { $0 } == Array(0..<replicaCount))
                for (range, weight) in zip(assignment.ranges, weights) {
                    if weight == 0 { #expect(range.isEmpty) }
                    if weight > 0 && replicaCount >= weights.count { #expect(!range.isEmpty) }
                }
                #expect(
                    assignment == ReplicaAssignment(replicaCount: replicaCount, weights: weights)
                )
            }
        }
    }

    @Test func noAssignmentNeedsFewerWaves() {
        for replicaCount in 1...10 {
            for weights in [[1, 1], [2, 1], [1, 7], [3, 3, 3], [1, 2, 4], [2, 2, 1]] {
                let assigned = ReplicaAssignment(replicaCount: replicaCount, weights: weights)
                let best = contiguousPartitions(replicaCount)
                    .filter { $0.count == weights.count }
                    .map { waves($0, weights) }
                    .min()
                guard let best else { continue }
                #expect(waves(assigned.ranges, weights) == best, "\(replicaCount) \(weights)")
            }
        }
    }

    private func ranges(_ replicaCount: Int, _ weights: [Int]) -> [Range<Int>] {
        ReplicaAssignment(replicaCount: replicaCount, weights: weights).ranges
    }

    @Test func followsTheLanes() {
        #expect(ranges(8, [1, 1]) == [0..<4, 4..<8])
        #expect(ranges(8, [3, 1]) == [0..<6, 6..<8])
        #expect(ranges(8, [1, 0, 3]) == [0..<2, 2..<2, 2..<8])
        #expect(ranges(2, [1, 1, 1]) == [0..<1, 1..<2, 2..<2])
    }

    @Test func cutsMoveToTreeNodesOnlyWhenThatCostsNothing() {
        // Both fit in one wave of four lanes, and [0,4) and [4,6) are nodes.
        #expect(ranges(6, [4, 4]) == [0..<4, 4..<6])
        // One lane each: four replicas would need a fourth wave.
        #expect(ranges(6, [1, 1]) == [0..<3, 3..<6])
    }

    @Test func hostileWeightsGiveADefinedAnswer() {
        #expect(ReplicaAssignment(replicaCount: 4, weights: []).ranges.isEmpty)
        #expect(ReplicaAssignment(replicaCount: 4, weights: [0, -1]).ranges == [0..<0, 0..<0])
        let extreme = ReplicaAssignment(replicaCount: 9, weights: [.max, .min, .max])
        #expect(extreme.ranges.flatMap { $0 } == Array(0..<9))
    }
}
