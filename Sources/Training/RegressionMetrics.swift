/// How well numbers were predicted, defined as scikit-learn defines the functions of these names.
package struct RegressionMetrics: Sendable, Equatable {
    /// Rows measured.
    package var rows: Int
    /// Mean of the squared errors.
    package var mse: Double
    /// Mean of the errors' magnitudes.
    package var mae: Double
    /// 1 minus the squared errors over the squared distances from the mean; when all numbers are
    /// equal, 1 for a perfect prediction and 0 otherwise.
    package var r2: Double

    /// The root of ``mse``, in the unit of the numbers.
    package var rmse: Double { mse.squareRoot() }

    /// Measures predictions [rows] against the true numbers [rows].
    package init(predictions: [Float], targets: [Float]) {
        precondition(predictions.count == targets.count, "one prediction for each row")
        rows = targets.count
        let count = Double(max(rows, 1))
        var squares = 0.0
        var magnitudes = 0.0
        var sum = 0.0
        for (prediction, target) in zip(predictions, targets) {
            let error = Double(prediction) - Double(target)
            squares += error * error
            magnitudes += abs(error)
            sum += Double(target)
        }
        let mean = sum / count
        var spread = 0.0
        for target in targets {
            let distance = Double(target) - mean
            spread += distance * distance
        }
        mse = squares / count
        mae = magnitudes / count
        r2 = spread > 0 ? 1 - squares / spread : squares == 0 ? 1 : 0
    }
}
