import LinearAlgebra

/// The loss of batches of a fixed number of rows, with the weights of rows and classes.
///
/// The loss of a batch is the weighted mean over its rows, as PyTorch has it: the sum of weight
/// times loss, divided by the sum of weights; 0 when no row has weight.
final class BatchLoss {
    private let loss: Loss
    private let outputs: Int
    private let classWeights: FloatBuffer?
    /// Weight of each row in the batch, class and row weights multiplied.
    private let weights: FloatBuffer
    /// Numbers that pointwise losses compare with: 0 and 1, or -1 and 1, for two classes.
    private let numbers: FloatBuffer

    /// One batch to be scored.
    private struct Call {
        var results: UnsafeMutablePointer<Float>
        var batch: BatchInput
        var rows: Int
        var scale: Float
        /// Row and class weights multiplied; nil means 1.
        var weights: UnsafePointer<Float>?
        /// The rows' own weights; nil means 1.
        var rowWeights: UnsafePointer<Float>?
        /// The classes' weights; nil means 1.
        var classWeights: UnsafePointer<Float>?
        var isEvaluation: Bool
    }

    /// `classWeights` is nil or has one number per class.
    init(_ loss: Loss, outputs: Int, rows: Int, classWeights: [Float]?) {
        self.loss = loss
        self.outputs = outputs
        weights = FloatBuffer(count: rows)
        numbers = FloatBuffer(count: rows)
        if let classWeights {
            let buffer = FloatBuffer(count: classWeights.count)
            buffer.load(from: classWeights)
            self.classWeights = buffer
        } else {
            self.classWeights = nil
        }
    }

    /// Replaces the first `rows` lines of the outputs by the gradient of the batch's loss.
    ///
    /// The scores' loss is the batch's times its rows. `batch` holds the rows' targets.
    func gradient(
        _ results: UnsafeMutablePointer<Float>, _ batch: BatchInput, rows: Int,
        hasRowWeights: Bool
    ) -> SoftmaxKernels.BatchScores {
        var call = Call(
            results: results, batch: batch, rows: rows, scale: 1 / Float(rows),
            isEvaluation: false)
        guard hasRowWeights || classWeights != nil else { return scores(call) }
        var total = 0.0
        for row in 0..<rows {
            let own = weight(of: row, batch, hasRowWeights)
            weights.pointer[row] = own
            total += Double(own)
        }
        call.scale = total > 0 ? Float(1 / total) : 0
        call.weights = UnsafePointer(weights.pointer)
        call.rowWeights = hasRowWeights ? UnsafePointer(batch.weights.pointer) : nil
        call.classWeights = classWeights.map { UnsafePointer($0.pointer) }
        var found = scores(call)
        if total > 0 { found.lossSum = found.lossSum / total * Double(rows) }
        return found
    }

    /// Replaces the first `rows` lines of the outputs by the gradient of `scale` times the sum of
    /// weight times loss; the scores' loss is that sum without the scale.
    func sumGradient(
        _ results: UnsafeMutablePointer<Float>, _ batch: BatchInput, rows: Int,
        hasRowWeights: Bool, scale: Float
    ) -> SoftmaxKernels.BatchScores {
        var call = Call(
            results: results, batch: batch, rows: rows, scale: scale, isEvaluation: false)
        guard hasRowWeights || classWeights != nil else { return scores(call) }
        for row in 0..<rows {
            weights.pointer[row] = weight(of: row, batch, hasRowWeights)
        }
        call.weights = UnsafePointer(weights.pointer)
        call.rowWeights = hasRowWeights ? UnsafePointer(batch.weights.pointer) : nil
        call.classWeights = classWeights.map { UnsafePointer($0.pointer) }
        return scores(call)
    }

    private func weight(of row: Int, _ batch: BatchInput, _ hasRowWeights: Bool) -> Float {
        let own: Float = hasRowWeights ? batch.weights.pointer[row] : 1
        return own * (classWeights.map { $0.pointer[Int(batch.labels[row])] } ?? 1)
    }

    /// Scores without weights and smoothing; the outputs become worthless.
    func evaluate(
        _ results: UnsafeMutablePointer<Float>, _ batch: BatchInput, rows: Int
    ) -> SoftmaxKernels.BatchScores {
        scores(Call(results: results, batch: batch, rows: rows, scale: 0, isEvaluation: true))
    }

    private func scores(_ call: Call) -> SoftmaxKernels.BatchScores {
        switch loss {
        case .softmaxCrossEntropy(let smoothing):
            softmax(call, smoothing: call.isEvaluation ? 0 : smoothing)
        case .logistic: twoClasses(.logistic, call, low: 0)
        case .hinge: hinge(call, isSquared: false)
        case .squaredHinge: hinge(call, isSquared: true)
        case .squared: numeric(.squared, call)
        case .absolute: numeric(.absolute, call)
        case .huber(let delta): numeric(.huber(delta: delta), call)
        case .quantile(let share): numeric(.quantile(share), call)
        case .poisson: numeric(.poisson, call)
        }
    }

    private func softmax(_ call: Call, smoothing: Float) -> SoftmaxKernels.BatchScores {
        guard call.weights != nil || smoothing > 0 else {
            return SoftmaxKernels.crossEntropyGradient(
                logits: call.results, labels: call.batch.labels, rows: call.rows,
                classes: outputs, scale: call.scale)
        }
        return SoftmaxKernels.weightedGradient(
            logits: call.results, labels: call.batch.labels, rows: call.rows, classes: outputs,
            scale: call.scale,
            weighting: SoftmaxKernels.Weighting(
                classes: call.classWeights, rows: call.rowWeights, smoothing: smoothing))
    }

    private func numeric(
        _ point: LossKernels.Pointwise, _ call: Call
    ) -> SoftmaxKernels.BatchScores {
        let sum = LossKernels.gradient(
            point, outputs: call.results, targets: call.batch.numbers.pointer,
            weights: call.weights, rows: call.rows, scale: call.scale)
        return SoftmaxKernels.BatchScores(lossSum: sum, correct: 0)
    }

    private func twoClasses(
        _ point: LossKernels.Pointwise, _ call: Call, low: Float
    ) -> SoftmaxKernels.BatchScores {
        var correct = 0
        for row in 0..<call.rows {
            let isSecond = call.batch.labels[row] == 1
            numbers.pointer[row] = isSecond ? 1 : low
            if (call.results[row] > 0) == isSecond { correct += 1 }
        }
        let sum = LossKernels.gradient(
            point, outputs: call.results, targets: numbers.pointer, weights: call.weights,
            rows: call.rows, scale: call.scale)
        return SoftmaxKernels.BatchScores(lossSum: sum, correct: correct)
    }

    private func hinge(_ call: Call, isSquared: Bool) -> SoftmaxKernels.BatchScores {
        guard outputs > 1 else {
            return twoClasses(isSquared ? .squaredHinge : .hinge, call, low: -1)
        }
        var correct = 0
        for row in 0..<call.rows {
            let line = call.results + row * outputs
            var best = 0
            for index in 1..<outputs where line[index] > line[best] { best = index }
            if best == Int(call.batch.labels[row]) { correct += 1 }
        }
        let sum = LossKernels.hingePerClass(
            outputs: call.results, labels: call.batch.labels, isSquared: isSquared,
            weights: call.weights, rows: call.rows, classes: outputs, scale: call.scale)
        return SoftmaxKernels.BatchScores(lossSum: sum, correct: correct)
    }
}
