/// How the work of a job is cut into rounds, steps and batches, whoever executes it.
///
/// **Data order.** Training rows form one endless stream of epochs: global position p is
/// `trainRows[permutation_e(p % N)]` with e = p / N and the permutation of (seed, e, purpose
/// `shuffle`). Step s of replica r takes positions `(s * R + r) * b ..< (s * R + r + 1) * b`.
/// Every batch therefore has exactly b rows and batches run across the border of epochs; only the
/// last step of the job may take rows of one epoch more than was asked for. Nothing is padded and
/// nothing is left out.
///
/// **Full batch.** Every step is a pass over all rows: replica r takes positions
/// `r * N / R ..< (r + 1) * N / R` of the training rows, the same in every step, in batches of b
/// rows of which the last may be shorter. Every step is a round and an epoch.
package struct TrainingPlan: Sendable, Hashable {
    /// The most logical replicas of a job.
    package static let maximumReplicas = 1024
    /// The largest batch of one replica.
    package static let maximumBatchSize = 1 << 16
    /// The most epochs of a job.
    package static let maximumEpochs = 1 << 20
    /// The most local steps between two averages.
    package static let maximumEvery = 1 << 20

    /// R: logical replicas.
    package let replicas: Int
    /// b: rows per replica and step.
    package let batchSize: Int
    /// E: passes over the training rows.
    package let epochs: Int
    /// H: local steps from one average to the next.
    package let every: Int
    /// Seed of initial parameters and of the data order.
    package let seed: UInt64
    /// N: training rows.
    package let trainRows: Int
    /// Where rounds begin and end.
    package let intervals: RoundIntervals
    /// Whether every step reads all rows.
    package let isFullBatch: Bool

    /// A plan with an average every `every` steps, or the first reason why there is none.
    package init(
        replicas: Int,
        batchSize: Int,
        epochs: Int,
        every: Int,
        seed: UInt64,
        trainRows: Int
    ) throws(TrainingRefusal) {
        let refusals = Self.refusals(
            replicas: replicas,
            batchSize: batchSize,
            epochs: epochs,
            every: every,
            trainRows: trainRows
        )
        if let first = refusals.first { throw first }
        self.replicas = replicas
        self.batchSize = batchSize
        self.epochs = epochs
        self.every = every
        self.seed = seed
        self.trainRows = trainRows
        isFullBatch = false
        intervals = RoundIntervals(
            .fixed(every), totalSteps: (epochs * trainRows - 1) / (replicas * batchSize) + 1
        ) { _ in 0 }
    }

    /// A plan of at most `epochs` passes over all rows, or the first reason why there is none.
    package init(
        fullBatchOf trainRows: Int, replicas: Int, batchSize: Int, epochs: Int, seed: UInt64
    ) throws(TrainingRefusal) {
        let refusals = Self.refusals(
            replicas: replicas, batchSize: 1, epochs: epochs, every: 1, trainRows: trainRows)
        if let first = refusals.first { throw first }
        try PlanLimits.check("batchSize", batchSize, 1, Self.maximumBatchSize)
        self.replicas = replicas
        self.batchSize = batchSize
        self.epochs = epochs
        every = 1
        self.seed = seed
        self.trainRows = trainRows
        isFullBatch = true
        intervals = RoundIntervals(.fixed(1), totalSteps: epochs) { _ in 0 }
    }

    /// The same plan with other rounds; the optimizer's schedule gives the learning rate that
    /// growing rounds follow.
    package init(
        _ plan: TrainingPlan, rounds rule: RoundIntervals.Rule, optimizer: OptimizerConfiguration
    ) throws(TrainingRefusal) {
        replicas = plan.replicas
        batchSize = plan.batchSize
        epochs = plan.epochs
        every = plan.every
        seed = plan.seed
        trainRows = plan.trainRows
        isFullBatch = plan.isFullBatch
        let (rowsPerStep, rows, steps) = (plan.rowsPerStep, plan.trainRows, plan.totalSteps)
        if case .growing = rule, steps > RoundIntervals.mostGrowingSteps {
            throw .valueOutOfRange(
                name: "steps of a job with growing rounds", value: steps, minimum: 1,
                maximum: RoundIntervals.mostGrowingSteps)
        }
        intervals = RoundIntervals(rule, totalSteps: steps) { step in
            optimizer.schedule.rate(
                base: optimizer.learningRate, step: step, epoch: step * rowsPerStep / rows,
                totalSteps: steps)
        }
    }

    /// All reasons why these numbers make no plan; empty when they do.
    package static func refusals(
        replicas: Int,
        batchSize: Int,
        epochs: Int,
        every: Int,
        trainRows: Int
    ) -> [TrainingRefusal] {
        let ranges = [
            ("replicas", replicas, 1, maximumReplicas),
            ("batchSize", batchSize, 1, maximumBatchSize),
            ("epochs", epochs, 1, maximumEpochs),
            ("averaging.every", every, 1, maximumEvery),
            ("training rows", trainRows, 1, TrainingData.maximumRows),
        ]
        var refusals: [TrainingRefusal] = []
        for (name, value, minimum, maximum) in ranges where value < minimum || value > maximum {
            refusals.append(
                .valueOutOfRange(name: name, value: value, minimum: minimum, maximum: maximum)
            )
        }
        if refusals.isEmpty, trainRows < batchSize {
            refusals.append(.fewerRowsThanBatch(rows: trainRows, batchSize: batchSize))
        }
        return refusals
    }

    /// Rows that all replicas together take in one step: R * b, below 2²⁸, or all.
    package var rowsPerStep: Int { isFullBatch ? trainRows : replicas * batchSize }

    /// T: local steps of each replica in the whole job, ceil(E * N / (R * b)).
    package var totalSteps: Int { (epochs * trainRows - 1) / rowsPerStep + 1 }

    /// Rounds of the job; ceil(T / H) when all have H steps.
    package var rounds: Int { intervals.rounds }

    /// The local steps of a round in 0..<rounds; the last round may be shorter.
    package func steps(inRound round: Int) -> Range<Int> {
        precondition(round >= 0 && round < rounds, "round outside the plan")
        return intervals.steps(inRound: round)
    }

    /// Rows that all replicas together read in a round.
    package func samples(inRound round: Int) -> Int {
        steps(inRound: round).count * rowsPerStep
    }

    /// Rows of the epochs asked for that one replica reads in a round: less than its batches hold
    /// only where the last step of the job runs on into an epoch more.
    package func samplesAsked(inRound round: Int, replica: Int) -> Int {
        let steps = steps(inRound: round)
        if isFullBatch { return share(of: replica).count }
        let end = epochs * trainRows
        let beyond = max(
            0, positions(step: steps.upperBound - 1, replica: replica).upperBound - end)
        return steps.count * batchSize - min(batchSize, beyond)
    }

    /// Epochs read when a round is complete, as a fraction; may pass `epochs` by less than a step.
    package func epochsRead(afterRound round: Int) -> Double {
        Double(steps(inRound: round).upperBound * rowsPerStep) / Double(trainRows)
    }

    /// The training rows of a replica in every step of a full-batch plan.
    package func share(of replica: Int) -> Range<Int> {
        (replica * trainRows / replicas)..<((replica + 1) * trainRows / replicas)
    }

    /// The stream positions a replica reads in a step.
    package func positions(step: Int, replica: Int) -> Range<Int> {
        let start = (step * replicas + replica) * batchSize
        return start..<(start + batchSize)
    }
}
