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
    private let optimizer: ReplicaOptimizer
    private let network: LayeredNetwork
    private let batch: BatchInput
    private let parameters: FloatBuffer
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
        self.optimizer = ReplicaOptimizer(optimizer, layout: layout, plan: plan)
        stateCount = optimizer.stateCount(parameterCount: layout.parameterCount)
        network = LayeredNetwork(layout: layout, rows: plan.batchSize, forTraining: true)
        batch = BatchInput(
            rows: plan.batchSize,
            featureCount: data.featureCount,
            standardization: standardization
        )
        parameters = FloatBuffer(count: layout.parameterCount)
        gradient = FloatBuffer(count: layout.parameterCount)
        order = BatchOrder(plan: plan, trainRows: trainRows)
    }

    /// Bytes one trainer allocates for its buffers, without the data.
    package static func byteCount(
        layout: ParameterLayout,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration
    ) -> Int {
        let vectors = 2 + optimizer.rule.vectorCount
        let floats = vectors * layout.parameterCount + plan.batchSize * layout.featureCount
        return floats * MemoryLayout<Float>.stride
            + LayeredNetwork.byteCount(layout: layout, rows: plan.batchSize)
    }

    /// The pure function of a round: (global state, replica, round) to delta and counts.
    ///
    /// `globalState` and `delta` hold `stateCount` elements: parameters, then the optimizer's
    /// vectors if they are in the state. `delta` is local minus global after the round's steps.
    /// `shouldStop` is asked before every step; when it says yes the result is nil and `delta` is
    /// left as it was.
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
        optimizer.begin(from: globalState)
        var scalars = RoundScalars.zero
        let steps = plan.steps(inRound: round)
        for step in steps {
            if shouldStop() { return nil }
            let scores = take(step: step, roundStart: steps.lowerBound, replica: replica)
            scalars.lossSum += scores.lossSum
            scalars.correct += scores.correct
            scalars.samples += plan.batchSize
        }
        VectorKernels.subtract(parameters.pointer, globalState, into: delta, count: count)
        optimizer.writeDelta(from: globalState, into: delta)
        return scalars
    }

    /// One local step: batch, gradient, update; scores are those before the update.
    private func take(
        step: Int, roundStart: Int, replica: Int
    ) -> SoftmaxKernels.BatchScores {
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
        optimizer.take(
            step: step, roundStart: roundStart, parameters: parameters.pointer,
            gradient: gradient.pointer)
        return scores
    }
}
