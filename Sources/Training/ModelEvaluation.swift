private import LinearAlgebra

/// How well a model does on rows: the figures of its kind.
package enum ModelEvaluation: Sendable, Equatable {
    case classes(ClassificationMetrics)
    case numbers(RegressionMetrics)

    /// Named figures in a fixed order, without those of single classes.
    package var figures: [(name: String, value: Double)] {
        switch self {
        case .classes(let metrics):
            var figures = [
                ("accuracy", metrics.accuracy), ("precision", metrics.macroPrecision),
                ("recall", metrics.macroRecall), ("f1", metrics.macroF1),
                ("microF1", metrics.microF1),
            ]
            if let value = metrics.logLoss { figures.append(("logLoss", value)) }
            if let value = metrics.rocAUC { figures.append(("rocAUC", value)) }
            if let value = metrics.prAUC { figures.append(("prAUC", value)) }
            if metrics.perClass.count > 5 { figures.append(("top5", metrics.top5)) }
            return figures
        case .numbers(let metrics):
            return [
                ("mse", metrics.mse), ("rmse", metrics.rmse), ("mae", metrics.mae),
                ("r2", metrics.r2),
            ]
        }
    }
}

extension Evaluator {
    /// Measures rows by their numbers: scores, and from them everything there is to say.
    ///
    /// - Parameter unscale: from what the model predicts to the number it stands for.
    package func assess(
        _ data: TrainingData, rows: [UInt32], parameters: UnsafePointer<Float>,
        unscale: (Float) -> Float = { $0 }
    ) -> ModelEvaluation {
        var scores: [Float] = []
        scores.reserveCapacity(rows.count * layout.scoreCount)
        let width = data.featureCount
        var features = [Float](repeating: 0, count: Self.chunkRows * width)
        var classes = [Int32](repeating: 0, count: Self.chunkRows)
        var chunk = [Float](repeating: 0, count: Self.chunkRows * layout.scoreCount)
        var start = 0
        while start < rows.count {
            let count = min(Self.chunkRows, rows.count - start)
            copyRows(data, rows[start..<start + count], into: &features)
            predict(
                features: features, rows: count, parameters: parameters, classes: &classes,
                scores: &chunk)
            scores += chunk[..<(count * layout.scoreCount)]
            start += count
        }
        switch data.targets {
        case .classes(let labels, let count):
            return scores.withUnsafeBufferPointer { scores in
                .classes(
                    ClassificationMetrics(
                        scores: scores, labels: rows.map { labels[Int($0)] }, classCount: count,
                        areProbabilities: layout.architecture.loss.score == .probabilities))
            }
        case .numbers(let numbers):
            return .numbers(
                RegressionMetrics(
                    predictions: scores.map(unscale),
                    targets: rows.map { unscale(numbers[Int($0)]) }))
        }
    }

    /// Rows as dense ones, one after the other.
    private func copyRows(
        _ data: TrainingData, _ rows: ArraySlice<UInt32>, into features: inout [Float]
    ) {
        let width = data.featureCount
        for (place, row) in rows.enumerated() {
            if let sparse = data.sparse {
                for column in 0..<width { features[place * width + column] = 0 }
                for index in sparse.places(ofRow: Int(row)) {
                    features[place * width + Int(sparse.columns[index])] = sparse.values[index]
                }
            } else {
                let from = data.features + Int(row) * width
                for column in 0..<width { features[place * width + column] = from[column] }
            }
        }
    }
}
