package import ClusterVocabulary

/// A training job as submitted: validated, with every default filled in.
package struct TrainJobSpecification: Sendable, Equatable {
    /// How many local steps pass between two averages.
    package enum AveragingInterval: Sendable, Equatable {
        /// This many.
        case steps(Int)
        /// Computed from rows, replicas and batch size at the first start, and frozen.
        case planned
        /// Measured in the first rounds, and frozen in the record before it is used.
        case auto
        /// One average, after the last step.
        case once
        /// After every step until step `start`, then every `steps`.
        case postLocal(start: Int, steps: Int)
        /// At least `base` steps, more as the learning rate falls below `alpha`.
        case growing(base: Int, alpha: Float)
    }

    // MARK: metadata

    /// `metadata.name`.
    package var name: String
    /// `metadata.namespace`.
    package var namespace: String
    /// Labels, ordered by key.
    package var labels: [Label]
    /// Annotations, ordered by key.
    package var annotations: [Label]

    // MARK: data

    /// Where the rows come from.
    package var dataSource: DataSource
    /// How they are read.
    package var format: DataFormatSpecification
    /// The share of rows held out for validation, 0 ..< 1.
    package var validationFraction: Double
    /// The share of rows held out for the final test, 0 ..< 1; 0 with a test file.
    package var testFraction: Double
    /// The seed of the split.
    package var splitSeed: UInt64
    /// Whether features are standardised with the training rows' mean and deviation.
    package var standardizes: Bool
    /// What else is done to rows and columns.
    package var preprocessing = PreprocessingWork()

    // MARK: model and training

    /// The shape of the model.
    package var model: ModelWork
    /// What training makes small.
    package var loss: LossWork
    /// What is decided from validation.
    package var steering: SteeringWork
    /// R, the number of logical replicas.
    package var replicas: Int
    /// Passes over the training rows.
    package var epochs: Int
    /// Rows per step and replica.
    package var batchSize: Int
    /// The seed of initial parameters and of the row order.
    package var seed: UInt64
    /// How parameters follow gradients.
    package var optimizer: OptimizerWork
    /// H, the local steps between averages.
    package var every: AveragingInterval
    /// Whether the optimizer's state is averaged with the parameters (otherwise reset at every
    /// average).
    package var averagesOptimizerState: Bool

    // MARK: placing and policy

    /// `auto`, `portable`, or an OpenBLAS core type.
    package var numerics: String
    /// What one replica takes while it is computed.
    package var perReplica: ResourceAmount
    /// The most hosts to spread over; 0 means any number.
    package var mostHosts: Int
    /// The name the model is stored under.
    package var modelName: String
    /// Seconds from first start to failure; 0 means none.
    package var timeLimitSeconds: Int64
    /// Trainer failures allowed.
    package var backoffLimit: Int
    /// Seconds a finished job is kept; 0 means for ever.
    package var keepFinishedSeconds: Int64
    /// Whether the job waits until resumed.
    package var isSuspended: Bool

    /// The saved model it begins from.
    package var initial: InitialModel?
    /// How replicas are averaged; its interval follows ``every``.
    package var averaging = AveragingWork()

    /// The work order over the given data; `stepsPerRound` is 0 while H is not frozen.
    package func work(data: DatasetReference) -> TrainingWork {
        var averaging = averaging
        var stepsPerRound: Int
        switch every {
        case .steps(let steps): stepsPerRound = steps
        case .planned: stepsPerRound = 0
        case .auto:
            stepsPerRound = 0
            averaging.interval = .measured
        case .once:
            stepsPerRound = Limits.stepsPerRound.upperBound
            averaging.interval = .once
        case .postLocal(let start, let steps):
            stepsPerRound = steps
            averaging.interval = .postLocal
            averaging.localFrom = start
        case .growing(let base, let alpha):
            stepsPerRound = base
            averaging.interval = .growing
            averaging.alpha = alpha
        }
        if optimizer.rule == .lbfgs { stepsPerRound = 1 }
        var work = TrainingWork(
            data: data, validationFraction: validationFraction, testFraction: testFraction,
            splitSeed: splitSeed, standardizes: standardizes, hiddenLayers: [],
            replicas: replicas, batchSize: batchSize, epochs: epochs, seed: seed,
            optimizer: optimizer, averagesOptimizerState: averagesOptimizerState,
            stepsPerRound: stepsPerRound)
        work.averaging = averaging
        work.model = model
        work.loss = loss
        work.preprocessing = preprocessing
        work.steering = steering
        work.initial = initial
        return work
    }

    /// Widths of the hidden layers of a multi-layer perceptron; empty for other models.
    package var hiddenLayers: [Int] { model.hidden }

    /// What placing the job needs.
    package var requirements: JobRequirements {
        JobRequirements(
            perLane: perReplica, mostHosts: mostHosts, numerics: numerics,
            timeLimitSeconds: timeLimitSeconds, backoffLimit: backoffLimit,
            keepFinishedSeconds: keepFinishedSeconds, isSuspended: isSuspended,
            modelName: modelName)
    }
}
