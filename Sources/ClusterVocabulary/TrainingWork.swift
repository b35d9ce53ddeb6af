/// Everything that decides a training job's bits: sent to every trainer, recorded with the job.
package struct TrainingWork: Hashable, Sendable {
    /// Where the rows come from and how they are read.
    package var data: DatasetReference
    /// The share of rows held out for validation, 0 ..< 1.
    package var validationFraction: Double
    /// The share of rows held out for the final test, 0 ..< 1.
    package var testFraction: Double
    /// The seed of the split.
    package var splitSeed: UInt64
    /// Whether features are standardised with the training rows' mean and deviation.
    package var standardizes: Bool
    /// What else is done to rows and columns.
    package var preprocessing = PreprocessingWork()
    /// The shape of the model.
    package var model: ModelWork
    /// What training makes small.
    package var loss = LossWork.plain
    /// What is decided from validation.
    package var steering = SteeringWork()
    /// R, the number of logical replicas.
    package var replicas: Int
    /// Rows per step and replica.
    package var batchSize: Int
    /// Passes over the training rows.
    package var epochs: Int
    /// The seed of initial parameters and of the row order.
    package var seed: UInt64
    /// How parameters follow gradients.
    package var optimizer: OptimizerWork
    /// Whether the optimizer's state is averaged with the parameters (otherwise reset at every
    /// average).
    package var averagesOptimizerState: Bool
    /// H, local steps between averages; 0 until an `auto` was frozen.
    package var stepsPerRound: Int
    /// The model whose values come in place of those drawn from the seed.
    package var initial: InitialModel?
    /// How and when replicas are averaged.
    package var averaging = AveragingWork()
    /// The epoch at whose end training pauses: the state is stored with the model, and another job
    /// may go on from it; 0 means it trains to the end and keeps no state.
    ///
    /// The rounds, the schedule and so the bits are those of all ``epochs``, wherever it pauses.
    package var pauseEpoch = 0
    /// The rounds that an audit does again: it ends after them and stores no model; 0 for a job of
    /// its own.
    package var auditedRounds: Int64 = 0

    /// Makes the work order for softmax over rectified layers, or over the features alone.
    package init(
        data: DatasetReference, validationFraction: Double, testFraction: Double,
        splitSeed: UInt64, standardizes: Bool, hiddenLayers: [Int], replicas: Int,
        batchSize: Int, epochs: Int, seed: UInt64, optimizer: OptimizerWork,
        averagesOptimizerState: Bool, stepsPerRound: Int
    ) {
        self.data = data
        self.validationFraction = validationFraction
        self.testFraction = testFraction
        self.splitSeed = splitSeed
        self.standardizes = standardizes
        model = .layered(hiddenLayers)
        self.replicas = replicas
        self.batchSize = batchSize
        self.epochs = epochs
        self.seed = seed
        self.optimizer = optimizer
        self.averagesOptimizerState = averagesOptimizerState
        self.stepsPerRound = stepsPerRound
    }

    /// Widths of the hidden layers of a multi-layer perceptron; empty for other models.
    package var hiddenLayers: [Int] { model.hidden }
}

/// A data set by content: its files and the way they are read.
package struct DatasetReference: Hashable, Sendable {
    /// The part a file plays.
    package enum Role: UInt8, Sendable, CaseIterable {
        /// Training rows (with labels for CSV).
        case train = 1
        /// Labels of the training rows.
        case trainLabels = 2
        /// Rows of an explicit test set.
        case test = 3
        /// Labels of the explicit test set.
        case testLabels = 4
    }

    /// One file of the set.
    package struct File: Hashable, Sendable {
        /// Its part.
        package let role: Role
        /// SHA-256 of its bytes, 64 hexadecimal digits.
        package let digest: String
        /// Its length in bytes.
        package let byteCount: Int64
        /// A path on every worker; empty when the file comes from the scheduler's store.
        package let hostPath: String

        /// Describes one file.
        package init(role: Role, digest: String, byteCount: Int64, hostPath: String) {
            self.role = role
            self.digest = digest
            self.byteCount = byteCount
            self.hostPath = hostPath
        }
    }

    /// SHA-256 over format and file digests, 64 hexadecimal digits: the name of the converted set.
    package let key: String
    /// The files, by role.
    package let files: [File]
    /// The canonical text of the format, as the `Datasets` target writes and reads it.
    package let format: String
    /// With whose rights paths on a worker are read; told when a worker is to fetch the set, never
    /// recorded with it.
    package var owner: CommandOwner?

    /// Makes a reference.
    package init(key: String, files: [File], format: String) {
        self.key = key
        self.files = files
        self.format = format
    }

    /// At most this many files make a set.
    package static let mostFiles = 4

    /// Whether a worker finds some of its files on its own disk.
    package var isOnHosts: Bool { files.contains { !$0.hostPath.isEmpty } }
}

/// What placing a job needs to know beyond its ``TrainingWork``.
package struct JobRequirements: Hashable, Sendable {
    /// What one lane (a replica being computed) takes.
    package var perLane: ResourceAmount
    /// The most nodes it may spread over; 0 means any number.
    package var mostHosts: Int
    /// Which kernel: `auto`, `portable`, or an OpenBLAS core type.
    package var numerics: String
    /// Seconds from first start to failure; 0 means none.
    package var timeLimitSeconds: Int64
    /// Trainer failures allowed.
    package var backoffLimit: Int
    /// Seconds a finished job is kept; 0 means for ever.
    package var keepFinishedSeconds: Int64
    /// Whether the job waits until resumed.
    package var isSuspended: Bool
    /// The name the model is stored under; empty means the job's name.
    package var modelName: String

    /// Makes the requirements.
    package init(
        perLane: ResourceAmount, mostHosts: Int, numerics: String, timeLimitSeconds: Int64,
        backoffLimit: Int, keepFinishedSeconds: Int64, isSuspended: Bool, modelName: String
    ) {
        self.perLane = perLane
        self.mostHosts = mostHosts
        self.numerics = numerics
        self.timeLimitSeconds = timeLimitSeconds
        self.backoffLimit = backoffLimit
        self.keepFinishedSeconds = keepFinishedSeconds
        self.isSuspended = isSuspended
        self.modelName = modelName
    }
}
