import Determinism

/// The row numbers of each batch, as `TrainingPlan` defines them.
///
/// Holds the permutations of the last two epochs it was asked about; the result does not depend
/// on what was asked before.
struct BatchOrder {
    private let plan: TrainingPlan
    private let trainRows: [UInt32]
    private var cached: [(epoch: Int, order: RowPermutation)] = []

    /// `trainRows` has `plan.trainRows` elements.
    init(plan: TrainingPlan, trainRows: [UInt32]) {
        precondition(trainRows.count == plan.trainRows, "plan and training rows differ in length")
        self.plan = plan
        self.trainRows = trainRows
    }

    /// Writes the rows of a replica's step; `out` holds `plan.batchSize` elements.
    mutating func fill(step: Int, replica: Int, into out: UnsafeMutableBufferPointer<UInt32>) {
        let positions = plan.positions(step: step, replica: replica)
        var position = positions.lowerBound
        while position < positions.upperBound {
            let epoch = position / plan.trainRows
            let epochStart = epoch * plan.trainRows
            let end = min(positions.upperBound, epochStart + plan.trainRows)
            let first = position - positions.lowerBound
            let part = UnsafeMutableBufferPointer(
                rebasing: out[first..<(end - positions.lowerBound)]
            )
            permutation(of: epoch).fill(
                positions: (position - epochStart)..<(end - epochStart),
                into: part
            )
            position = end
        }
        trainRows.withUnsafeBufferPointer { rows in
            for place in 0..<out.count {
                out[place] = rows[Int(out[place])]
            }
        }
    }

    private mutating func permutation(of epoch: Int) -> RowPermutation {
        if let hit = cached.first(where: { $0.epoch == epoch }) { return hit.order }
        let order = RowPermutation(
            count: plan.trainRows,
            seed: plan.seed,
            epoch: UInt64(epoch),
            purpose: .shuffle
        )
        if cached.count == 2 { cached.removeFirst() }
        cached.append((epoch, order))
        return order
    }
}
