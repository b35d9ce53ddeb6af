extension SoftmaxKernels {
    /// How rows and classes count in a weighted cross-entropy.
    package struct Weighting {
        /// Weight of each class [classes]; nil means 1.
        package var classes: UnsafePointer<Float>?
        /// Weight of each row [rows]; nil means 1.
        package var rows: UnsafePointer<Float>?
        /// The share of the target spread evenly over all classes (Szegedy et al. 2016).
        package var smoothing: Float

        /// Takes the weights; their memory must outlive the call they are given to.
        package init(
            classes: UnsafePointer<Float>?, rows: UnsafePointer<Float>?, smoothing: Float
        ) {
            self.classes = classes
            self.rows = rows
            self.smoothing = smoothing
        }
    }

    /// As `crossEntropyGradient`, each class and row weighted and targets smoothed, as PyTorch's
    /// `cross_entropy` with `weight` and `label_smoothing` has it.
    ///
    /// The loss of a row is `row weight * sum over classes of target * class weight * -log p`, the
    /// target being `1 - smoothing` for the label plus `smoothing / classes` for every class.
    package static func weightedGradient(
        logits: UnsafeMutablePointer<Float>, labels: UnsafePointer<Int32>, rows: Int,
        classes: Int, scale: Float, weighting: Weighting
    ) -> BatchScores {
        var scores = BatchScores(lossSum: 0, correct: 0)
        let even = weighting.smoothing / Float(classes)
        let sharp = 1 - weighting.smoothing
        for row in 0..<rows {
            let line = logits + row &* classes
            let label = Int(labels[row])
            let rowWeight = weighting.rows.map { $0[row] } ?? 1
            var best = 0
            for index in 1..<max(classes, 1) where line[index] > line[best] { best = index }
            if best == label { scores.correct &+= 1 }
            let highest = line[best]
            // Sum of coefficients, and of coefficients times shifted logits, in class order.
            var total: Float = 0
            var linear: Float = 0
            for index in 0..<classes {
                let coefficient = target(index, label, even, sharp, weighting.classes)
                total += coefficient
                linear = linear.addingProduct(coefficient, line[index] - highest)
            }
            let sum = ElementaryFunctions.exponentiate(line, count: classes, maximum: highest)
            let loss = (total * ElementaryFunctions.log(sum)) - linear
            scores.lossSum += Double(rowWeight) * Double(loss)
            let factor = rowWeight * scale
            for index in 0..<classes {
                let coefficient = target(index, label, even, sharp, weighting.classes)
                let slope = (line[index] / sum) * total - coefficient
                line[index] = LossKernels.kept(slope * factor)
            }
        }
        return scores
    }

    @inline(__always)
    private static func target(
        _ index: Int, _ label: Int, _ even: Float, _ sharp: Float,
        _ weights: UnsafePointer<Float>?
    ) -> Float {
        let share = index == label ? sharp + even : even
        return share * (weights.map { $0[index] } ?? 1)
    }
}
