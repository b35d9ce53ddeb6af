import Determinism
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

    let data: TrainingData
    let plan: TrainingPlan
    private let optimizer: ReplicaOptimizer
    let network: LayeredNetwork
    let batch: BatchInput
    let loss: BatchLoss
    private let chance: RandomStream
    /// Parameters and buffers of the replica in its round.
    let values: FloatBuffer
    let gradient: FloatBuffer
    /// The average of the parameters so far; empty when none is kept.
    private let average: FloatBuffer
    private let averageOffset: Int
    private let averageDecay: Float
    private var order: BatchOrder
    /// What a full-batch replica sums in; nil for others.
    let whole: FullBatch?
    private let carried: CarriedState?
    /// Steps over the columns of a batch alone, where the rows are sparse and the rule allows it.
    private let sparseSteps: SparseSteps?

    /// A trainer for the rows `trainRows` of the data; refuses parts that do not fit together.
    package init(
        data: TrainingData,
        trainRows: [UInt32],
        standardization: Standardization?,
        architecture: ModelArchitecture,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration,
        classWeights: [Float]? = nil,
        carried: CarriedState? = nil
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
        self.carried = carried
        self.optimizer = ReplicaOptimizer(
            optimizer, layout: layout, plan: plan, keepsVectors: (carried?.vectorCount ?? 0) > 0)
        if let weights = classWeights?.count, weights != data.classCount {
            throw .sizesDiffer(what: "class weights", expected: data.classCount, found: weights)
        }
        try data.check(layout.architecture.loss)
        try layout.check(data, standardization)
        stateCount = optimizer.stateCount(layout)
        sparseSteps = SparseSteps(optimizer, layout: layout, data: data)
        loss = BatchLoss(
            architecture.loss, outputs: layout.outputCount, rows: plan.batchSize,
            classWeights: classWeights)
        chance = RandomStream(seed: plan.seed, purpose: .dropout)
        network = LayeredNetwork(layout: layout, rows: plan.batchSize, forTraining: true)
        batch = BatchInput(
            rows: plan.batchSize,
            featureCount: data.featureCount,
            standardization: standardization
        )
        values = FloatBuffer(count: layout.valueCount)
        gradient = FloatBuffer(count: layout.parameterCount)
        averageDecay = optimizer.averageDecay
        averageOffset = optimizer.averageOffset(layout)
        average = FloatBuffer(count: averageDecay > 0 ? layout.parameterCount : 0)
        order = BatchOrder(plan: plan, trainRows: trainRows)
        whole = try FullBatch(
            plan, optimizer, layout, data: data, trainRows: trainRows, classWeights: classWeights)
    }

    /// Bytes one trainer allocates for its buffers, without the data.
    package static func byteCount(
        layout: ParameterLayout,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration
    ) -> Int {
        let vectors = 2 + optimizer.rule.vectorCount
        let floats = vectors * layout.valueCount + plan.batchSize * layout.featureCount
        return floats * MemoryLayout<Float>.stride
            + LayeredNetwork.byteCount(layout: layout, rows: plan.batchSize)
    }

    /// The pure function of a round: (global state, replica, round) to delta and counts.
    ///
    /// `globalState` and `delta` hold `stateCount` elements: parameters, buffers, then the
    /// optimizer's vectors if they are in the state. `delta` is local minus global after the
    /// round's steps; of a full-batch replica its part of the gradient, times R. `rateFactor`
    /// multiplies every learning rate of the round. A replica that carries something is given its
    /// `block`: it begins from what it carried and leaves what it carries on, but for the residual,
    /// which belongs to whoever rounds the delta.
    /// `shouldStop` is asked before every step; when it says yes the result is nil and `delta` is
    /// left as it was.
    package func run(
        replica: Int,
        round: Int,
        globalState: UnsafePointer<Float>,
        delta: UnsafeMutablePointer<Float>,
        rateFactor: Float = 1,
        block: CarriedState.Block? = nil,
        shouldStop: () -> Bool = { false }
    ) -> RoundScalars? {
        precondition(replica >= 0 && replica < plan.replicas, "replica outside the plan")
        if let whole {
            return run(
                whole, replica: replica, globalState: globalState, delta: delta,
                shouldStop: shouldStop)
        }
        values.load(from: globalState)
        optimizer.begin(from: globalState)
        if let carried, let block { begin(carried, from: block.before) }
        average.load(from: globalState + averageOffset)
        sparseSteps?.begin()
        var scalars = RoundScalars.zero
        let steps = plan.steps(inRound: round)
        for step in steps {
            if shouldStop() { return nil }
            let scores = take(
                step: step, roundStart: steps.lowerBound, replica: replica,
                rateFactor: rateFactor)
            scalars.lossSum += scores.lossSum
            scalars.correct += scores.correct
            scalars.samples += plan.batchSize
        }
        sparseSteps?.settleAll(values.pointer)
        VectorKernels.subtract(
            values.pointer, globalState, into: delta, count: layout.valueCount)
        optimizer.writeDelta(from: globalState, into: delta)
        VectorKernels.subtract(
            average.pointer, globalState + averageOffset, into: delta + averageOffset,
            count: average.count)
        if let carried, let block { leave(carried, delta, in: block.after) }
        return scalars
    }

    /// Begins from what the replica carried.
    private func begin(_ carried: CarriedState, from block: UnsafePointer<Float>) {
        if carried.vectorCount > 0 { optimizer.begin(fromVectors: block) }
        if carried.parameterCount > 0 {
            values.pointer.update(
                from: block + carried.parameterOffset, count: carried.parameterCount)
        }
    }

    /// Leaves the vectors as they are, and the parameters moved towards the centre:
    /// `x_i - pull * (x_i - x)`, x being the centre before the round (EASGD).
    private func leave(
        _ carried: CarriedState, _ delta: UnsafePointer<Float>,
        in block: UnsafeMutablePointer<Float>
    ) {
        if carried.vectorCount > 0 { optimizer.writeVectors(into: block) }
        if carried.parameterCount > 0 {
            let own = block + carried.parameterOffset
            own.update(from: values.pointer, count: carried.parameterCount)
            VectorKernels.accumulate(
                delta, times: -carried.pull, into: own, count: carried.parameterCount)
        }
    }

    /// One local step: batch, gradient, update; scores are those before the update.
    private func take(
        step: Int, roundStart: Int, replica: Int, rateFactor: Float
    ) -> SoftmaxKernels.BatchScores {
        let rows = plan.batchSize
        order.fill(step: step, replica: replica, into: batch.rowNumbers)
        batch.gather(from: data, count: rows)
        var sparse = batch.sparse(data, count: rows)
        if let sparseSteps, let input = sparse {
            sparseSteps.prepare(input, values.pointer)
            sparse?.isGradientCleared = true
        }
        let results = network.forward(
            values: values.pointer, input: batch.features.pointer,
            chance: chance.place(replica: replica, step: step), sparse: sparse)
        let scores = loss.gradient(
            results, batch, rows: rows, hasRowWeights: data.weights != nil)
        network.backward(
            values: values.pointer, outputGradient: results, gradient: gradient.pointer)
        if let sparseSteps {
            sparseSteps.take(
                learningRate: optimizer.rate(step: step, rateFactor: rateFactor),
                parameters: values.pointer, gradient: gradient.pointer)
            return scores
        }
        optimizer.take(
            step: step, roundStart: roundStart, parameters: values.pointer,
            gradient: gradient.pointer, rateFactor: rateFactor)
        if averageDecay > 0 { follow(step: step) }
        return scores
    }

    /// Moves the average towards the parameters after a step.
    ///
    /// The decay is at most (1 + t) / (10 + t) after t steps before, so that the first parameters
    /// are soon forgotten (as TensorFlow's `ExponentialMovingAverage` has it).
    private func follow(step: Int) {
        let early = Float(1 + step) / Float(10 + step)
        NormalizationKernels.follow(
            average.pointer, UnsafePointer(values.pointer), count: average.count,
            momentum: 1 - min(averageDecay, early), factor: 1)
    }
}
