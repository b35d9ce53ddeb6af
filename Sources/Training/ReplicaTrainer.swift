import LinearAlgebra

/// Executes rounds of logical replicas on one thread; every buffer is allocated at the start.
///
/// The result of `run` depends on its arguments and on what `init` was given, never on which
/// trainer, thread or machine runs it or what it ran before. One trainer serves one thread at a
/// time; make one per lane.
package final class ReplicaTrainer {
    /// Where parameters stand in the state.
    package let layout: ParameterLayout
    /// Elements of the global state and of a delta.
    package let stateCount: Int

    private let data: TrainingData
    private let plan: TrainingPlan
    private let optimizer: OptimizerConfiguration
    private let network: LayeredNetwork
    private let batch: BatchInput
    private let parameters: FloatBuffer
    private let velocity: FloatBuffer
    private let gradient: FloatBuffer
    private var order: BatchOrder

    /// A trainer for the rows `trainRows` of the data; refuses parts that do not fit together.
    package init(
        data: TrainingData,
        trainRows: [UInt32],
        standardization: Standardization?,
        architecture: ModelArchitecture,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration
    ) throws(TrainingRefusal) {
        guard trainRows.count == plan.trainRows else {
            throw .sizesDiffer(
                what: "training rows",
                expected: plan.trainRows,
                found: trainRows.count
            )
        }
        try data.check(trainRows)
        if let columns = standardization?.mean.count, columns != data.featureCount {
            throw .sizesDiffer(
                what: "standardization columns",
                expected: data.featureCount,
                found: columns
            )
        }
        layout = try ParameterLayout(
            architecture: architecture,
            featureCount: data.featureCount,
            classCount: data.classCount
        )
        self.data = data
        self.plan = plan
        self.optimizer = optimizer
        stateCount = optimizer.stateCount(parameterCount: layout.parameterCount)
        network = LayeredNetwork(layout: layout, rows: plan.batchSize, forTraining: true)
        batch = BatchInput(
            rows: plan.batchSize,
            featureCount: data.featureCount,
            standardization: standardization
        )
        parameters = FloatBuffer(count: layout.parameterCount)
        velocity = FloatBuffer(count: optimizer.momentum > 0 ? layout.parameterCount : 0)
        gradient = FloatBuffer(count: layout.parameterCount)
        order = BatchOrder(plan: plan, trainRows: trainRows)
    }

    /// Bytes one trainer allocates for its buffers, without the data.
    package static func byteCount(
        layout: ParameterLayout,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration
    ) -> Int {
        let vectors = optimizer.momentum > 0 ? 3 : 2
        let floats = vectors * layout.parameterCount + plan.batchSize * layout.featureCount
        return floats * MemoryLayout<Float>.stride
            + LayeredNetwork.byteCount(layout: layout, rows: plan.batchSize)
    }

    /// The pure function of a round: (global state, replica, round) to delta and counts.
    ///
    /// `globalState` and `delta` hold `stateCount` elements: parameters, then velocity if it is in
    /// the state. `delta` is local minus global after the round's steps. `shouldStop` is asked
    /// before every step; when it says yes the result is nil and `delta` is left as it was.
    package func run(
        replica: Int,
        round: Int,
        globalState: UnsafePointer<Float>,
        delta: UnsafeMutablePointer<Float>,
        shouldStop: () -> Bool = { false }
    ) -> RoundScalars? {
        precondition(replica >= 0 && replica < plan.replicas, "replica outside the plan")
        let count = layout.parameterCount
        parameters.load(from: globalState)
        if optimizer.velocityIsInState {
            velocity.load(from: globalState + count)
        } else {
            velocity.clear()
        }
        var scalars = RoundScalars.zero
        for step in plan.steps(inRound: round) {
            if shouldStop() { return nil }
            let scores = take(step: step, replica: replica)
            scalars.lossSum += scores.lossSum
            scalars.correct += scores.correct
            scalars.samples += plan.batchSize
        }
        VectorKernels.subtract(parameters.pointer, globalState, into: delta, count: count)
        if optimizer.velocityIsInState {
            VectorKernels.subtract(
                velocity.pointer,
                globalState + count,
                into: delta + count,
                count: count
            )
        }
        return scalars
    }

    /// One local step: batch, gradient, update; scores are those before the update.
    private func take(step: Int, replica: Int) -> SoftmaxKernels.BatchScores {
        let rows = plan.batchSize
        order.fill(step: step, replica: replica, into: batch.rowNumbers)
        batch.gather(from: data, count: rows)
        let logits = network.forward(
            parameters: parameters.pointer,
            input: batch.features.pointer
        )
        let scores = SoftmaxKernels.crossEntropyGradient(
            logits: logits,
            labels: batch.labels,
            rows: rows,
            classes: data.classCount,
            scale: 1 / Float(rows)
        )
        network.backward(
            parameters: parameters.pointer,
            input: batch.features.pointer,
            gradient: gradient.pointer
        )
        if optimizer.momentum > 0 {
            VectorKernels.momentumStep(
                parameters: parameters.pointer,
                velocity: velocity.pointer,
                gradient: gradient.pointer,
                count: layout.parameterCount,
                learningRate: optimizer.learningRate,
                momentum: optimizer.momentum
            )
        } else {
            VectorKernels.plainStep(
                parameters: parameters.pointer,
                gradient: gradient.pointer,
                count: layout.parameterCount,
                learningRate: optimizer.learningRate
            )
        }
        return scores
    }
}
