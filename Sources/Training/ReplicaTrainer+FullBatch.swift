import LinearAlgebra

/// What a replica of a full-batch job keeps: its rows, the sum of their gradients, their weight.
final class FullBatch {
    let trainRows: [UInt32]
    /// R / W, W being the weight of all rows: the mean over replicas is then the gradient of the
    /// weighted mean over rows.
    let scale: Float
    /// N / W.
    let lossScale: Double
    var sum: GradientSum

    /// Nil when the plan is no full-batch one; refuses what has no one smooth function.
    init?(
        _ plan: TrainingPlan, _ optimizer: OptimizerConfiguration, _ layout: ParameterLayout,
        data: TrainingData, trainRows: [UInt32], classWeights: [Float]?
    ) throws(TrainingRefusal) {
        guard optimizer.isFullBatch == plan.isFullBatch else {
            throw .notWithFullBatch("a plan of single batches")
        }
        guard plan.isFullBatch else { return nil }
        for stage in layout.stages {
            switch stage.kind {
            case .dropout: throw .notWithFullBatch("dropout")
            case .batchNorm: throw .notWithFullBatch("batchNorm")
            default: continue
            }
        }
        let weight = Self.weight(of: trainRows, data, classWeights)
        scale = Float(Double(plan.replicas) / weight)
        lossScale = Double(trainRows.count) / weight
        self.trainRows = trainRows
        let most = (trainRows.count / plan.replicas + 1) / plan.batchSize + 1
        sum = GradientSum(count: layout.parameterCount, mostParts: most)
    }

    private static func weight(
        of rows: [UInt32], _ data: TrainingData, _ classWeights: [Float]?
    ) -> Double {
        guard data.weights != nil || classWeights != nil else { return Double(rows.count) }
        var labels: UnsafePointer<Int32>?
        if case .classes(let all, _) = data.targets { labels = all }
        var total = 0.0
        for row in rows {
            let own = data.weights.map { $0[Int(row)] } ?? 1
            let shared = classWeights.flatMap { all in labels.map { all[Int($0[Int(row)])] } } ?? 1
            total += Double(own * shared)
        }
        return total > 0 ? total : Double(rows.count)
    }
}

extension ReplicaTrainer {
    /// The replica's part of the gradient of all rows, batch after batch of its share.
    func run(
        _ whole: FullBatch, replica: Int, globalState: UnsafePointer<Float>,
        delta: UnsafeMutablePointer<Float>, shouldStop: () -> Bool
    ) -> RoundScalars? {
        values.load(from: globalState)
        whole.sum.clear()
        let share = plan.share(of: replica)
        var scalars = RoundScalars.zero
        var start = share.lowerBound
        while start < share.upperBound {
            if shouldStop() { return nil }
            let count = min(plan.batchSize, share.upperBound - start)
            for place in 0..<count { batch.rowNumbers[place] = whole.trainRows[start + place] }
            batch.gather(from: data, count: count)
            let results = network.forward(
                values: values.pointer, input: batch.features.pointer, chance: nil,
                sparse: batch.sparse(data, count: count))
            let scores = loss.sumGradient(
                results, batch, rows: count, hasRowWeights: data.weights != nil,
                scale: whole.scale)
            // Lines behind the rows must not count.
            let outputs = layout.outputCount
            (results + count * outputs).update(
                repeating: 0, count: (plan.batchSize - count) * outputs)
            network.backward(
                values: values.pointer, outputGradient: results, gradient: gradient.pointer)
            whole.sum.add(gradient.pointer)
            scalars.lossSum += scores.lossSum * whole.lossScale
            scalars.correct += scores.correct
            scalars.samples += count
            start += count
        }
        whole.sum.write(into: delta)
        return scalars
    }
}
