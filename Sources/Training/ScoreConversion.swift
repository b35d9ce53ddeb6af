import LinearAlgebra

/// From a network's outputs to what people read: probabilities, margins, numbers.
enum ScoreConversion {
    /// Writes the class [rows] and the scores [rows x scoreCount] of a batch; the outputs [rows x
    /// outputCount] may be changed.
    static func write(
        _ results: UnsafeMutablePointer<Float>, rows: Int, layout: ParameterLayout,
        classes: UnsafeMutablePointer<Int32>, scores: UnsafeMutablePointer<Float>
    ) {
        let outputs = layout.outputCount
        switch layout.architecture.loss {
        case .softmaxCrossEntropy:
            SoftmaxKernels.probabilities(
                logits: results, classes: outputs, rows: rows, best: classes)
            scores.update(from: results, count: rows * outputs)
        case .logistic:
            for row in 0..<rows {
                let second = ElementaryFunctions.sigmoid(results[row])
                scores[2 * row] = ElementaryFunctions.sigmoid(-results[row])
                scores[2 * row + 1] = second
                classes[row] = results[row] > 0 ? 1 : 0
            }
        case .hinge, .squaredHinge:
            margins(results, rows, outputs, classes, scores)
        case .poisson:
            for row in 0..<rows {
                scores[row] = ElementaryFunctions.exp(results[row])
                classes[row] = 0
            }
        case .squared, .absolute, .huber, .quantile:
            scores.update(from: results, count: rows)
            classes.update(repeating: 0, count: rows)
        }
    }

    private static func margins(
        _ results: UnsafeMutablePointer<Float>, _ rows: Int, _ outputs: Int,
        _ classes: UnsafeMutablePointer<Int32>, _ scores: UnsafeMutablePointer<Float>
    ) {
        guard outputs > 1 else {
            for row in 0..<rows {
                scores[2 * row] = -results[row]
                scores[2 * row + 1] = results[row]
                classes[row] = results[row] > 0 ? 1 : 0
            }
            return
        }
        scores.update(from: results, count: rows * outputs)
        for row in 0..<rows {
            let line = results + row * outputs
            var best = 0
            for index in 1..<outputs where line[index] > line[best] { best = index }
            classes[row] = Int32(truncatingIfNeeded: best)
        }
    }
}
