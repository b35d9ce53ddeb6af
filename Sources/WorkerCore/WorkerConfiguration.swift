package import ClusterVocabulary

/// The times and bounds the worker core decides by.
package struct WorkerConfiguration: Sendable, Equatable {
    /// How often an unanswered registration is repeated.
    package var registrationInterval: Duration = .milliseconds(500)
    /// How often to beat until the scheduler said otherwise.
    package var heartbeatInterval: Duration = .milliseconds(500)
    /// How long a released trainer may take to be ready again before it is killed.
    package var releaseGrace: Duration = .seconds(2)
    /// How long a trainer may take to answer a preparation before it is killed: it maps its data,
    /// or comes to the end of a step.
    package var prepareGrace: Duration = .seconds(60)
    /// Warm trainers kept per core type.
    package var warmTrainers = 1
    /// The most trainer processes at once.
    package var mostTrainers = 256
    /// How often a trainer that does not come up is started again before its kernel is given up.
    package var mostStartFailures = 5
    /// How long a kernel stays given up before one more trainer is tried: what killed the others
    /// (memory, a full disk) may be over.
    package var startRetryInterval: Duration = .seconds(30)

    /// The longest heartbeat interval taken from a scheduler, in milliseconds.
    package static let longestHeartbeat: Int64 = 60_000

    /// The defaults, as the fields state them.
    package init() {}
}

/// Names one trainer process of this worker; never reused within a life.
package struct TrainerID: Hashable, Comparable, Sendable {
    /// Counts the trainers started.
    package let number: UInt64

    /// Makes an id.
    package init(_ number: UInt64) {
        self.number = number
    }

    /// Earlier started trainers come first.
    package static func < (left: TrainerID, right: TrainerID) -> Bool {
        left.number < right.number
    }
}

/// Everything the worker core is ever told.
package enum WorkerEvent: Sendable {
    /// The scheduler says something.
    case message(SchedulerMessage)
    /// A trainer says something.
    case report(TrainerID, TrainerReport)
    /// A trainer process ended, with its exit in words.
    case trainerExited(TrainerID, String)
    /// A fetch ended: the set's rows, or why it could not be had.
    case datasetHeld(key: String, rows: Int64)
    /// A fetch failed.
    case datasetFailed(key: String, Reason)
    /// A set was removed from the cache to make room.
    case datasetEvicted(key: String)
    /// The scheduler's store holds the model.
    case modelStored(AttemptID)
    /// Storing the model failed for now.
    case modelStoreFailed(AttemptID, Reason)
    /// A checkpoint is in the scheduler's store, or why it is not.
    case checkpointStored(CheckpointWritten, Reason?)
    /// The checkpoint a preparation begins from was fetched; its path is empty when it could not
    /// be. The shell's own affair: the core only lets time pass.
    case checkpointFetched(TrainerID, PrepareTraining, path: String)
    /// The daemon is asked to stop.
    case shutdown
    /// Time passed.
    case wake
}

/// What follows from a step of the worker core; the shell carries it out in this order.
package struct WorkerEffects: Sendable {
    /// Trainer processes to start under a core type.
    package var starts: [Start] = []
    /// Commands to trainers.
    package var commands: [Command] = []
    /// Trainers to kill.
    package var kills: [TrainerID] = []
    /// Data sets to fetch and convert.
    package var fetches: [DatasetReference] = []
    /// Finished models to store with the scheduler.
    package var stores: [Store] = []
    /// Checkpoints trainers wrote: to be stored with the scheduler, or dropped.
    package var checkpoints: [Checkpoint] = []
    /// Messages to the scheduler.
    package var sends: [WorkerMessage] = []
    /// A reason the operator should read.
    package var warnings: [Reason] = []

    /// No effects.
    package init() {}

    /// A trainer process to start.
    package struct Start: Sendable, Equatable {
        /// Its id.
        package var trainer: TrainerID
        /// The OpenBLAS core type it runs under.
        package var coreType: String
    }

    /// A command to a trainer; the shell adds the local places to `prepare`.
    package struct Command: Sendable, Equatable {
        /// The trainer.
        package var trainer: TrainerID
        /// What to do.
        package var action: Action
    }

    /// What a trainer is told.
    package enum Action: Sendable, Equatable {
        /// Ready for a term.
        case prepare(PrepareTraining)
        /// Train.
        case go(GoTraining)
        /// Stop and forget.
        case release(AttemptID)
    }

    /// A checkpoint that a trainer wrote.
    package struct Checkpoint: Sendable, Equatable {
        /// The file.
        package var written: CheckpointWritten
        /// Whether it is to be stored; otherwise its file is removed.
        package var isStored: Bool
    }

    /// A model to store.
    package struct Store: Sendable, Equatable {
        /// Whose.
        package var attempt: AttemptID
        /// Its files.
        package var model: TrainedModel
    }
}
