import LinearAlgebra

/// A whole job on one thread without any exchange: the judge of every distributed execution.
///
/// Its sum over replicas is written for itself, as plainly as possible, so that a mistake in the
/// averaging code cannot hide in it.
package enum ReferenceRun {
    /// What a job ends with.
    package struct Outcome: Sendable, Equatable {
        /// Global state after the last round.
        package var state: [Float]
        /// Counts of each round, summed over replicas in the fixed tree.
        package var rounds: [RoundScalars]
    }

    /// What holds from the next round on.
    package struct Decision {
        /// Whether training ends.
        package var isStop: Bool
        /// What learning rates are multiplied by.
        package var rateFactor: Float

        /// Takes both.
        package init(isStop: Bool, rateFactor: Float) {
            self.isStop = isStop
            self.rateFactor = rateFactor
        }
    }

    /// Runs all rounds, or the first `roundLimit` of them, from `start` or the initial state.
    ///
    /// After each round the deltas are summed over the fixed tree of replica numbers, multiplied
    /// once by 1/R and added to the state. `start` has `stateCount` elements. `weights` gives the
    /// share of each replica in place of 1/R; `outer` does what it likes with the averaged delta in
    /// place of the addition. `steer` sees the state before each round and decides for the next.
    package static func run(
        data: TrainingData,
        trainRows: [UInt32],
        standardization: Standardization?,
        architecture: ModelArchitecture,
        plan: TrainingPlan,
        optimizer: OptimizerConfiguration,
        start: [Float]? = nil,
        roundLimit: Int = .max,
        weights: ((_ round: Int, _ replica: Int) -> Float)? = nil,
        outer: ((_ state: inout [Float], _ average: [Float], _ round: Int) -> Void)? = nil,
        classWeights: [Float]? = nil,
        steer: ((_ state: [Float], _ round: Int) -> Decision)? = nil
    ) throws(TrainingRefusal) -> Outcome {
        let trainer = try ReplicaTrainer(
            data: data,
            trainRows: trainRows,
            standardization: standardization,
            architecture: architecture,
            plan: plan,
            optimizer: optimizer, classWeights: classWeights
        )
        var state =
            start ?? trainer.layout.initialState(optimizer: optimizer, seed: plan.seed)
        guard state.count == trainer.stateCount else {
            throw .sizesDiffer(
                what: "elements of the start state",
                expected: trainer.stateCount,
                found: state.count
            )
        }
        let share = 1 / Float(plan.replicas)
        let solver = LBFGSSolver(optimizer, trainer.layout)
        let memory = FloatBuffer(count: solver?.elementCount ?? 0)
        solver?.begin(memory.pointer, parameters: state)
        var rounds: [RoundScalars] = []
        var rateFactor: Float = 1
        for round in 0..<min(plan.rounds, roundLimit) {
            let (deltas, scalars) = compute(
                trainer, plan, round: round, state: state, rateFactor: rateFactor,
                weights: weights)
            let decision = steer?(state, round)
            let sum = treeSum(deltas[...])
            var average = weights == nil ? sum.map { $0 * share } : sum
            if let solver {
                solver.advance(
                    memory.pointer, parameters: &state, gradient: &average,
                    scalars: RoundScalars.treeSum(scalars))
                rounds.append(solver.accepted(memory.pointer, samples: plan.trainRows))
                if solver.isDone(memory.pointer) { break }
                continue
            }
            if let outer {
                outer(&state, average, round)
            } else {
                for index in state.indices { state[index] += average[index] }
            }
            rounds.append(RoundScalars.treeSum(scalars))
            if let decision {
                rateFactor = decision.rateFactor
                if decision.isStop { break }
            }
        }
        if solver != nil { state = Array(memory.elements.prefix(state.count)) }
        return Outcome(state: state, rounds: rounds)
    }

    /// What every replica gives in a round.
    private static func compute(
        _ trainer: ReplicaTrainer, _ plan: TrainingPlan, round: Int, state: [Float],
        rateFactor: Float, weights: ((_ round: Int, _ replica: Int) -> Float)?
    ) -> (deltas: [[Float]], scalars: [RoundScalars]) {
        var deltas: [[Float]] = []
        var scalars: [RoundScalars] = []
        for replica in 0..<plan.replicas {
            var delta = [Float](repeating: 0, count: state.count)
            let counts = trainer.run(
                replica: replica, round: round, globalState: state, delta: &delta,
                rateFactor: rateFactor)
            scalars.append(counts ?? .zero)
            if let weights { delta = delta.map { $0 * weights(round, replica) } }
            deltas.append(delta)
        }
        return (deltas, scalars)
    }

    private static func treeSum(_ deltas: ArraySlice<[Float]>) -> [Float] {
        guard deltas.count > 1 else { return deltas.first ?? [] }
        var left = 1
        while left * 2 < deltas.count { left *= 2 }
        let first = treeSum(deltas.prefix(left))
        let second = treeSum(deltas.dropFirst(left))
        return zip(first, second).map { $0 + $1 }
    }
}
