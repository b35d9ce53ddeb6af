import Testing
import Training

/// Figures against those of scikit-learn.
struct MetricTests {
    private func isNear(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 1e-6 * max(1, abs(expected)) } ?? false
    }

    @Test(arguments: ScoredCase.all.indices)
    func classificationAgreesWithScikitLearn(index: Int) {
        let scored = ScoredCase.all[index]
        let metrics = scored.scores.withUnsafeBufferPointer {
            ClassificationMetrics(scores: $0, labels: scored.labels, classCount: scored.classes)
        }
        let found = [
            metrics.accuracy, metrics.logLoss, metrics.rocAUC, metrics.prAUC, metrics.top5,
        ]
        for (value, expected) in zip(found, scored.figures) {
            #expect(isNear(value, expected), "\(scored.name): \(value ?? .nan), \(expected)")
        }
        for (figures, expected) in zip(metrics.perClass, scored.perClass) {
            #expect(isNear(figures.precision, expected[0]))
            #expect(isNear(figures.recall, expected[1]))
            #expect(isNear(figures.f1, expected[2]))
        }
        let means = [
            metrics.macroPrecision, metrics.macroRecall, metrics.macroF1, metrics.microF1,
        ]
        for (value, expected) in zip(means, scored.means) { #expect(isNear(value, expected)) }
        #expect(metrics.confusion == scored.confusion)
    }

    @Test func regressionAgreesWithScikitLearn() {
        let metrics = RegressionMetrics(
            predictions: NumberCase.predictions, targets: NumberCase.targets)
        #expect(isNear(metrics.mse, NumberCase.mse))
        #expect(isNear(metrics.rmse, NumberCase.rmse))
        #expect(isNear(metrics.mae, NumberCase.mae))
        #expect(isNear(metrics.r2, NumberCase.r2))
        let flat = RegressionMetrics(predictions: [1, 1], targets: [1, 1])
        #expect(flat.r2 == 1)
        #expect(RegressionMetrics(predictions: [1, 2], targets: [1, 1]).r2 == 0)
    }

    @Test func aClassWithoutRowsHasNoAreasAndZeroFigures() {
        let scores: [Float] = [0.9, 0.1, 0.8, 0.2]
        let metrics = scores.withUnsafeBufferPointer {
            ClassificationMetrics(scores: $0, labels: [0, 0], classCount: 2)
        }
        #expect(metrics.rocAUC == nil && metrics.prAUC == nil)
        #expect(metrics.perClass[1].recall == 0 && metrics.perClass[1].precision == 0)
        #expect(metrics.accuracy == 1)
    }
}
