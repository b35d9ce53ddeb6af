/// Which replicas each member of a term runs: contiguous ranges in member order, covering 0..<R.
///
/// The balance is by lanes: the slowest member, measured in replicas per lane, is as fast as it
/// can be. Among assignments that need no more waves (replicas one after another on the busiest
/// lane) and stay within one replica of the balanced one, the one with the fewest maximal
/// subtrees wins: those are what a member sends.
package struct ReplicaAssignment: Sendable, Equatable {
    /// The largest weight told apart; larger ones count as this.
    package static let maximumWeight = 65_536
    /// How far a cut may move from its balanced place in search of a tree node.
    private static let maximumShift = 16

    /// The replicas of each member; empty for members of weight 0 and for surplus members.
    package let ranges: [Range<Int>]

    /// Assigns `replicaCount` >= 1 replicas to members by their number of lanes.
    ///
    /// Negative weights count as 0. Every member of positive weight gets at least one replica
    /// when there are enough. When no weight is positive, every range is empty and nothing runs.
    package init(replicaCount: Int, weights: [Int]) {
        let tree = ReductionTree(replicaCount: replicaCount)
        let lanes = weights.map { min(max($0, 0), Self.maximumWeight) }
        guard lanes.contains(where: { $0 > 0 }) else {
            ranges = [Range<Int>](repeating: 0..<0, count: weights.count)
            return
        }
        let balanced = Self.balancedCounts(replicaCount, lanes)
        let counts = Self.alignedCounts(tree, balanced, lanes)
        var start = 0
        ranges = counts.map { count in
            defer { start += count }
            return start..<start + count
        }
    }

    /// Gives each next replica to the member whose load per lane it raises to the least value.
    private static func balancedCounts(_ replicaCount: Int, _ lanes: [Int]) -> [Int] {
        var counts = [Int](repeating: 0, count: lanes.count)
        var remaining = replicaCount
        let active = lanes.indices.filter { lanes[$0] > 0 }
        if replicaCount >= active.count {
            for member in active { counts[member] = 1 }
            remaining -= active.count
        }
        for _ in 0..<remaining {
            guard var best = active.first else { break }
            for member in active.dropFirst() {
                // (n + 1) / lanes, compared without division; the earlier member wins a tie.
                let load = (counts[member] + 1) * lanes[best]
                if load < (counts[best] + 1) * lanes[member] { best = member }
            }
            counts[best] += 1
        }
        return counts
    }

    /// The cheapest way found so far to place the members up to some cut.
    private struct Placement {
        var subtrees: Int
        var deviation: Int
        var counts: [Int]

        func isWorse(subtrees: Int, deviation: Int) -> Bool {
            (subtrees, deviation) < (self.subtrees, self.deviation)
        }
    }

    /// Moves cuts by dynamic programming over the shift of each cut from its balanced place.
    private static func alignedCounts(
        _ tree: ReductionTree,
        _ balanced: [Int],
        _ lanes: [Int]
    ) -> [Int] {
        let waves = zip(balanced, lanes).reduce(0) { waves, member in
            member.1 == 0 ? waves : max(waves, (member.0 + member.1 - 1) / member.1)
        }
        let shifts = -maximumShift...maximumShift
        var best = [Placement?](repeating: nil, count: shifts.count)
        best[maximumShift] = Placement(subtrees: 0, deviation: 0, counts: [])
        var balancedStart = 0
        for member in balanced.indices {
            let count = balanced[member]
            // Nobody is emptied, and nobody gets more than its lanes run in the same waves.
            let least = count == 0 ? 0 : max(1, count - 1)
            let most = min(count + 1, lanes[member] * waves)
            var next = [Placement?](repeating: nil, count: shifts.count)
            for shift in shifts {
                guard let placement = best[shift + maximumShift] else { continue }
                let start = balancedStart + shift
                for taken in least...most {
                    let nextShift = shift + taken - count
                    guard shifts.contains(nextShift), start + taken <= tree.replicaCount else {
                        continue
                    }
                    let sent = tree.maximalSubtrees(of: start..<start + taken).count
                    let subtrees = placement.subtrees + sent
                    let deviation = placement.deviation + abs(taken - count)
                    let place = nextShift + maximumShift
                    let rival = next[place]
                    if rival?.isWorse(subtrees: subtrees, deviation: deviation) ?? true {
                        next[place] = Placement(
                            subtrees: subtrees,
                            deviation: deviation,
                            counts: placement.counts + [taken]
                        )
                    }
                }
            }
            best = next
            balancedStart += count
        }
        return best[maximumShift]?.counts ?? balanced
    }
}
