/// What a round, a replica or a chunk of an evaluation counted.
package struct RoundScalars: Sendable, Equatable {
    /// Sum of the rows' cross-entropies in nats.
    package var lossSum: Double
    /// Rows put into the right class.
    package var correct: Int
    /// Rows seen.
    package var samples: Int

    /// Counts as given.
    package init(lossSum: Double, correct: Int, samples: Int) {
        self.lossSum = lossSum
        self.correct = correct
        self.samples = samples
    }

    /// Nothing seen yet.
    package static let zero = RoundScalars(lossSum: 0, correct: 0, samples: 0)

    /// Both together; the order of additions is part of the result of a job.
    package static func + (left: RoundScalars, right: RoundScalars) -> RoundScalars {
        RoundScalars(
            lossSum: left.lossSum + right.lossSum,
            correct: left.correct + right.correct,
            samples: left.samples + right.samples
        )
    }

    /// False when the model has diverged: the loss is infinite or not a number.
    package var isFinite: Bool { lossSum.isFinite }

    /// Mean cross-entropy per row in nats; 0 when nothing was seen.
    package var meanLoss: Double { samples == 0 ? 0 : lossSum / Double(samples) }

    /// Share of rows put into the right class; 0 when nothing was seen.
    package var accuracy: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }

    /// The sum over a fixed binary tree: the left half is the largest power of two below the count.
    package static func treeSum(_ parts: some RandomAccessCollection<RoundScalars>) -> RoundScalars
    {
        guard let first = parts.first else { return .zero }
        guard parts.count > 1 else { return first }
        let left = FixedTree.leftCount(of: parts.count)
        return treeSum(parts.prefix(left)) + treeSum(parts.dropFirst(left))
    }
}

/// The shape of the tree over which replicas and chunks are summed.
enum FixedTree {
    /// The largest power of two below `count`, which is at least 2.
    static func leftCount(of count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
