/// Softmax over the rows of a row-major [rows x classes] matrix without gaps.
package enum SoftmaxKernels {
    /// What one pass over a batch found.
    package struct BatchScores: Sendable, Equatable {
        /// Sum of the rows' cross-entropies in nats, in row order.
        package var lossSum: Double
        /// Rows whose largest logit is that of their label; the first of equals counts.
        package var correct: Int

        /// Takes both.
        package init(lossSum: Double, correct: Int) {
            self.lossSum = lossSum
            self.correct = correct
        }
    }

    /// Replaces logits by the gradient of `scale * sum of cross-entropies` and scores the batch.
    ///
    /// `labels` [rows] are in 0..<classes (not checked here). The gradient is
    /// `(probability - [class is label]) * scale`, 0 where negligible. Scale 0 is allowed when
    /// only the scores matter.
    package static func crossEntropyGradient(
        logits: UnsafeMutablePointer<Float>,
        labels: UnsafePointer<Int32>,
        rows: Int,
        classes: Int,
        scale: Float
    ) -> BatchScores {
        let negligible = ElementaryFunctions.negligible
        var scores = BatchScores(lossSum: 0, correct: 0)
        for row in 0..<rows {
            let line = logits + row &* classes
            let label = Int(labels[row])
            let best = firstMaximum(line, count: classes)
            let shiftedLabel = line[label] - line[best]
            let sum = ElementaryFunctions.exponentiate(line, count: classes, maximum: line[best])
            scores.lossSum += Double(ElementaryFunctions.log(sum) - shiftedLabel)
            if best == label { scores.correct &+= 1 }
            let factor = scale / sum
            for index in 0..<classes {
                let value = line[index] * factor
                line[index] = value.magnitude < negligible ? 0 : value
            }
            line[label] -= scale
        }
        return scores
    }

    /// Replaces logits by probabilities and writes the class of each row's largest logit.
    package static func probabilities(
        logits: UnsafeMutablePointer<Float>,
        classes: Int,
        rows: Int,
        best: UnsafeMutablePointer<Int32>
    ) {
        for row in 0..<rows {
            let line = logits + row &* classes
            let winner = firstMaximum(line, count: classes)
            best[row] = Int32(truncatingIfNeeded: winner)
            let sum = ElementaryFunctions.exponentiate(
                line,
                count: classes,
                maximum: line[winner]
            )
            let factor = 1 / sum
            for index in 0..<classes {
                line[index] *= factor
            }
        }
    }

    @inline(__always)
    private static func firstMaximum(_ line: UnsafePointer<Float>, count: Int) -> Int {
        var best = 0
        for index in 1..<max(count, 1) where line[index] > line[best] {
            best = index
        }
        return best
    }
}
