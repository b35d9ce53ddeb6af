import Averaging
import ClusterVocabulary
import Datasets
import Determinism
import LinearAlgebra
import Training
import WireCodec

/// One attempt's training state in this process: data, plan, lanes, and the global state.
///
/// The global state after `completeRounds` rounds is in ``state``; it changes only at the end of a
/// round, whole. Everything here is a function of (work, data, round), never of the membership.
final class TrainingSession {
    let attempt: AttemptID
    private(set) var work: TrainingWork
    let data: TrainingData
    let split: DataSplit
    let standardization: Standardization?
    /// What the steps of the work made of the rows, already applied to ``data``.
    let transform: FittedTransform?
    /// What the set is, without its rows.
    let schema: SetSchema?
    private(set) var plan: TrainingPlan
    let layout: ParameterLayout
    /// How much each class counts in training; nil when all count the same.
    let classWeights: [Float]?
    let optimizer: OptimizerConfiguration
    let classNames: [String]
    let featureNames: [String]
    let outer: OuterOptimizer
    /// Takes the steps of a full-batch job in place of ``outer``; its memory stands in the state.
    let solver: LBFGSSolver?
    /// The exchanged elements (parameters, buffers, the optimizer's vectors when they are averaged,
    /// the parameters' average when one is kept), and behind them what every member computes by
    /// itself: the outer optimizer's velocity or the solver's memory, then the best epoch's values
    /// when they are kept; behind everything what each replica carries on, by replica
    /// (``carried``).
    let state: FloatBuffer
    var stateCount: Int { state.count }
    /// How many elements of the state are averaged over the replicas.
    let exchangedCount: Int
    let tree: ReductionTree

    /// Complete rounds; -1 while no state is held.
    var completeRounds: Int64 = -1
    var stateDigest = FastDigest(high: 0, low: 0)
    var trailer = StateTrailer()

    /// Values to begin from in place of those drawn from the seed.
    var initialValues: [Float]?

    /// What is decided from validation.
    var steering: Steering
    /// Where the values of the best epoch begin in the state.
    let bestOffset: Int
    /// What each replica carries from round to round.
    let carried: CarriedState
    /// Where the replicas' blocks begin in the state.
    let carriedOffset: Int
    /// The blocks after the round in progress; those of other members are filled in some rounds.
    let nextBlocks: FloatBuffer
    /// The replicas this member computed last.
    var ownReplicas = 0..<0
    /// What to go back to when members change; nil when every round is a place to go on from.
    var anchor: SessionAnchor?
    /// Values that are measured where they are not the state's own front.
    let measured: FloatBuffer
    /// Digests of rounds that were not reported yet, by membership.
    var computed: [ComputedRounds] = []
    /// A wrong computation to be tried out; nil but for tests.
    var fault: DeltaFault?

    private let averaged: FloatBuffer
    private var deltas: [FloatBuffer] = []
    private var pool: LanePool?
    private var lanes = 0
    private let evaluator: Evaluator

    /// Reads the set at the path and allocates everything; refuses what cannot be trained.
    init(_ prepare: PrepareTraining, data source: SessionData) throws(TrainingRefusal) {
        attempt = prepare.attempt
        work = prepare.work
        data = source.data
        classNames = source.classNames
        featureNames = source.featureNames
        split = try TrainingSession.split(source, work)
        transform = source.transform
        schema = source.schema
        standardization =
            work.standardizes ? try Standardization(fitting: data, rows: split.train) : nil
        let architecture = ModelArchitecture(work)
        try data.check(architecture.loss)
        layout = try ParameterLayout(
            architecture: architecture, featureCount: data.featureCount,
            classCount: data.classCount)
        classWeights = try ClassWeights(work.loss).values(
            classNames: source.classNames, data: data, trainRows: split.train)
        optimizer = try OptimizerConfiguration(
            work.optimizer, averagesState: work.averagesOptimizerState,
            averageDecay: work.steering.averageDecay)
        plan = try TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer)
        outer = OuterOptimizer(work.averaging)
        exchangedCount = optimizer.stateCount(layout)
        steering = Steering(Steering.Rules(work))
        solver = LBFGSSolver(optimizer, layout)
        guard solver == nil || outer == .average && work.averaging.weighting == .equal else {
            throw .notWithFullBatch("an outer optimizer, or weights of replicas")
        }
        guard solver == nil || !work.averaging.carriesState else {
            throw .notWithFullBatch("kept optimizer state, or rounded deltas")
        }
        bestOffset =
            exchangedCount + outer.vectorCount * layout.parameterCount
            + (solver?.elementCount ?? 0)
        let bestCount = work.steering.restoresBest ? layout.valueCount : 0
        carriedOffset = bestOffset + bestCount
        carried = CarriedState(work, optimizer: optimizer, layout: layout)
        let blocks = try carried.checkedCount(replicas: work.replicas)
        nextBlocks = FloatBuffer(count: blocks)
        state = FloatBuffer(count: carriedOffset + blocks)
        measured = FloatBuffer(count: layout.valueCount)
        averaged = FloatBuffer(count: exchangedCount)
        tree = ReductionTree(replicaCount: work.replicas)
        evaluator = try Evaluator(layout: layout, standardization: standardization)
        endRound = lastRound()
    }

    private static func split(
        _ source: SessionData, _ work: TrainingWork
    ) throws(TrainingRefusal) -> DataSplit {
        var labels: UnsafePointer<Int32>?
        if case .classes(let all, _) = source.data.targets { labels = all }
        let split = try DataSplit(
            work, rows: source.data.rows, testRows: source.testRows, labels: labels,
            classCount: source.data.classCount)
        guard let labels, work.preprocessing.steps.contains(where: { $0.kind == .oversample })
        else { return split }
        do throws(PreprocessingProblem) {
            return try split.oversampled(labels: labels, classCount: source.data.classCount)
        } catch {
            throw .preprocessing(error)
        }
    }

    var totalRounds: Int64 { Int64(plan.rounds) }

    /// The rounds this job trains: all, up to the first border at which the epoch of the pause
    /// is read whole, or those of an audit.
    private(set) var endRound: Int64 = 0

    private func lastRound() -> Int64 {
        let last = roundOfPause()
        return work.auditedRounds > 0 ? min(work.auditedRounds, last) : last
    }

    private func roundOfPause() -> Int64 {
        guard work.pauseEpoch > 0, work.pauseEpoch < plan.epochs else { return totalRounds }
        var (low, high) = (Int64(1), totalRounds)
        while low < high {
            let middle = (low + high) / 2
            if epochs(afterRounds: middle) >= work.pauseEpoch {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    /// Puts the initial state, a function of the seed or of the model to begin from, as that after
    /// zero rounds.
    func beginFromSeed() {
        let initial = layout.initialState(
            optimizer: optimizer, seed: plan.seed, begin: initialValues)
        state.clear()
        initial.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress {
                state.pointer.update(from: start, count: exchangedCount)
            }
        }
        solver?.begin(state.pointer + exchangedCount, parameters: state.pointer)
        steering = Steering(steering.rules)
        trailer = StateTrailer()
        trailer.steering = steering.encoded
        completeRounds = 0
        beginBlocks()
        stateDigest = digestOfState()
        keepAnchor()
    }

    /// Takes over a state that was fetched into ``state``.
    func adopt(round: Int64, trailer: StateTrailer) {
        completeRounds = round
        self.trailer = trailer
        steering = Steering(steering.rules, encoded: trailer.steering) ?? steering
        stateDigest = digestOfState()
        keepAnchor()
    }

    /// Takes over a measured H that was decided after this session began.
    func adopt(_ choice: AveragingWork.Choice?) throws(TrainingRefusal) {
        guard work.averaging.choice != choice else { return }
        work.averaging.choice = choice
        plan = try TrainingPlan(work, trainRows: split.train.count, optimizer: optimizer)
        endRound = lastRound()
        // The lanes' trainers hold the plan: they are made anew.
        pool = nil
        lanes = 0
    }

    /// Makes ready to compute the replicas of a range on so many lanes.
    func setLanes(_ count: Int, replicas: Int) throws(TrainingRefusal) {
        let wanted = max(1, min(count, replicas))
        if wanted != lanes {
            var trainers: [ReplicaTrainer] = []
            var evaluators: [Evaluator] = []
            for _ in 0..<wanted {
                trainers.append(
                    try ReplicaTrainer(
                        data: data, trainRows: split.train, standardization: standardization,
                        architecture: layout.architecture, plan: plan, optimizer: optimizer,
                        classWeights: classWeights, carried: carried))
                evaluators.append(
                    try Evaluator(layout: layout, standardization: standardization))
            }
            pool = LanePool(trainers: trainers, evaluators: evaluators)
            lanes = wanted
        }
        while deltas.count < replicas { deltas.append(FloatBuffer(count: exchangedCount)) }
    }

    /// Whether validation of the state after `round` complete rounds belongs to the next round:
    /// an epoch ended with it.
    func endsEpoch(afterRounds round: Int64) -> Bool {
        guard round > 0 else { return false }
        return epochs(afterRounds: round) > epochs(afterRounds: round - 1)
    }

    /// Whole epochs read after so many rounds.
    func epochs(afterRounds round: Int64) -> Int64 {
        guard round > 0 else { return 0 }
        return min(
            Int64(plan.epochs), Int64(plan.epochsRead(afterRound: Int(round) - 1) + 1e-9))
    }
}

extension TrainingSession {
    /// Computes the next round's deltas of the replicas and their scalars, tree-added into the
    /// member's maximal subtrees; `nil` when told to stop. The memory stays until the next call.
    func computeContributions(
        of replicas: Range<Int>, shouldStop: @escaping () -> Bool, idle: () -> Void = {}
    ) -> (
        contributions: [(subtree: ReductionTree.Subtree, delta: UnsafePointer<Float>)],
        scalars: [ReplicaScalars]
    )? {
        let round = Int(completeRounds)
        let results = UnsafeMutableBufferPointer<ReplicaResult?>.allocate(
            capacity: replicas.count)
        results.initialize(repeating: nil)
        defer { results.deallocate() }
        let validates = endsEpoch(afterRounds: completeRounds)
        let isDigested = keepsDigests(ofRound: completeRounds)
        let rateFactor = steering.rateFactor
        if validates { fillMeasured() }
        ownReplicas = replicas
        let (state, deltas) = (UnsafePointer(self.state.pointer), deltas.map(\.pointer))
        pool?.run(count: replicas.count, idle: idle) { [self] index, trainer, evaluator in
            let replica = replicas.lowerBound + index
            guard
                let scalars = trainer.run(
                    replica: replica, round: round, globalState: state, delta: deltas[index],
                    rateFactor: rateFactor, block: block(of: replica), shouldStop: shouldStop)
            else { return }
            // The last parameter is an output's bias: no input leaves it as it is.
            fault?.apply(
                to: deltas[index], element: layout.parameterCount - 1, of: replica, round: round)
            weigh(deltas[index], of: replica, round)
            compress(deltas[index], of: replica)
            results[index] = ReplicaResult(
                training: scalars,
                validation: validates ? evaluateShare(of: replica, evaluator) : .zero,
                digest: isDigested ? digest(of: deltas[index]) : 0)
        }
        guard results.allSatisfy({ $0 != nil }) else { return nil }
        var scalars: [ReplicaScalars] = []
        for (index, result) in results.enumerated() {
            guard let result else { return nil }
            scalars.append(result.scalars(replica: replicas.lowerBound + index))
        }
        return (preAdd(replicas), scalars)
    }

    /// The validation chunks of a replica: those whose number is its own modulo R.
    private func evaluateShare(of replica: Int, _ evaluator: Evaluator) -> RoundScalars {
        let chunks = Evaluator.chunkCount(rows: split.validation.count)
        let own = stride(from: replica, to: chunks, by: plan.replicas).map {
            evaluator.evaluate(
                data, rows: split.validation, chunk: $0,
                parameters: UnsafePointer(measured.pointer))
        }
        return own.isEmpty ? .zero : RoundScalars.treeSum(own)
    }

    /// Weighted by samples, a delta counts for the share of the round's rows its replica read.
    private func weigh(_ delta: UnsafeMutablePointer<Float>, of replica: Int, _ round: Int) {
        guard work.averaging.weighting == .samples else { return }
        let total = (0..<plan.replicas).reduce(0) {
            $0 + plan.samplesAsked(inRound: round, replica: $1)
        }
        let own = plan.samplesAsked(inRound: round, replica: replica)
        VectorKernels.scale(delta, by: Float(own) / Float(total), count: exchangedCount)
    }

    /// What the sum over all replicas is multiplied by; `nil` means 1 / R.
    var sumScale: Float? { work.averaging.weighting == .samples ? 1 : nil }

    private func preAdd(
        _ replicas: Range<Int>
    ) -> [(subtree: ReductionTree.Subtree, delta: UnsafePointer<Float>)] {
        tree.maximalSubtrees(of: replicas).map { subtree in
            let own = (subtree.lowerBound..<subtree.upperBound).map {
                deltas[$0 - replicas.lowerBound].pointer
            }
            tree.preAdd(own, of: subtree, count: exchangedCount)
            return (subtree, UnsafePointer(own[0]))
        }
    }

    var averagedDelta: UnsafeMutablePointer<Float> { averaged.pointer }

    /// Ends a round: the outer step, the digest chain, and the figures of all replicas in tree
    /// order. Returns the validation result that came with it, if an epoch had ended before.
    func finishRound(_ scalars: [ReplicaScalars]) -> RoundFigures {
        let validation = validationFigures(scalars)
        if let validation { steer(by: validation) }
        let training = takeStep(
            RoundScalars(
                lossSum: tree.sum(scalars.map(\.lossSum)),
                correct: scalars.reduce(0) { $0 + Int($1.correct) },
                samples: scalars.reduce(0) { $0 + Int($1.samples) }))
        completeRounds += 1
        takeBlocks()
        stateDigest = digestOfState()
        trailer.chain = trailer.chain.chained(with: stateDigest)
        trailer.epochLossSum += training.lossSum
        trailer.epochCorrect += Int64(training.correct)
        trailer.epochSamples += Int64(training.samples)
        if endsEpoch(afterRounds: completeRounds) || completeRounds == totalRounds,
            trailer.epochSamples > 0
        {
            trailer.trainLoss = trailer.epochLossSum / Double(trailer.epochSamples)
            trailer.trainAccuracy =
                Double(trailer.epochCorrect) / Double(trailer.epochSamples)
            trailer.epochLossSum = 0
            trailer.epochCorrect = 0
            trailer.epochSamples = 0
            trailer.epoch = epochs(afterRounds: completeRounds)
        }
        keepAnchor()
        return RoundFigures(training: training, validation: validation)
    }

    /// Moves the state by what was averaged, and gives the figures to tell: those of the round, of
    /// a full-batch job those of the point it accepted.
    private func takeStep(_ figures: RoundScalars) -> RoundScalars {
        guard let solver else {
            stepOuter()
            return figures
        }
        let memory = state.pointer + exchangedCount
        solver.advance(
            memory, parameters: state.pointer, gradient: averaged.pointer, scalars: figures)
        return solver.accepted(memory, samples: figures.samples)
    }

    /// The outer step over the parameters; what stands behind them is averaged plainly.
    private func stepOuter() {
        let count = layout.parameterCount
        let rate =
            plan.learningRate(inRound: Int(completeRounds), optimizer) * steering.rateFactor
        outer.apply(
            averagedDelta: UnsafePointer(averaged.pointer), to: state.pointer,
            velocity: outer.vectorCount > 0 ? state.pointer + exchangedCount : nil, count: count,
            innerRate: max(rate, TrainingSession.leastInnerRate))
        OuterOptimizer.add(
            averagedDelta: UnsafePointer(averaged.pointer + count), to: state.pointer + count,
            count: exchangedCount - count)
    }

    /// The least inner learning rate slow momentum divides by: a schedule may end at 0.
    static let leastInnerRate: Float = 1e-12

    /// Measures values on rows; every member computes the same numbers.
    func measure(_ rows: [UInt32], _ values: UnsafePointer<Float>) -> RoundScalars? {
        guard !rows.isEmpty else { return nil }
        return evaluator.evaluate(data, rows: rows, parameters: values)
    }
}

extension TrainingSession {
    /// Everything there is to say about the final values on the rows held out.
    func evaluations() -> [(part: String, figures: ModelEvaluation)] {
        let parts = [("validation", split.validation), ("test", split.test)]
        return parts.filter { !$0.1.isEmpty }.map { part, rows in
            let figures = evaluator.assess(
                data, rows: rows, parameters: UnsafePointer(measured.pointer),
                unscale: { self.transform?.unscaled($0) ?? $0 })
            return (part, figures)
        }
    }
}

/// What a round says beyond its state.
struct RoundFigures {
    /// Losses and hits of all replicas in this round.
    let training: RoundScalars
    /// The validation result of the epoch that ended before this round.
    let validation: RoundScalars?
}

/// One replica's figures of a round.
private struct ReplicaResult {
    let training: RoundScalars
    let validation: RoundScalars
    let digest: UInt64

    func scalars(replica: Int) -> ReplicaScalars {
        ReplicaScalars(
            replica: UInt32(replica), lossSum: training.lossSum, correct: Int64(training.correct),
            samples: Int64(training.samples), evalLossSum: validation.lossSum,
            evalCorrect: Int64(validation.correct), evalSamples: Int64(validation.samples),
            deltaDigest: digest)
    }
}
