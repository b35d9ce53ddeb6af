package import ClusterVocabulary
package import Determinism

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
    /// How long registering waits for the supervisor's first word.
    package var supervisorGrace: Duration = .seconds(5)
    /// How long a piece of output may be without an answer before the scheduler is asked.
    package var outputPatience: Duration = .seconds(2)
    /// Bytes of a rank's output that are shipped as fast as they come.
    package var promptOutputBytes: Int64 = 4 << 20
    /// Bytes a second of what comes after them, while the rank runs.
    package var outputBytesPerSecond: Int64 = 1 << 20
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

/// A task of the supervisor with the order it belongs to.
package struct SupervisedTask: Sendable {
    /// What the supervisor says.
    package var state: TaskState
    /// The order; `nil` when it cannot be read.
    package var prepare: PrepareCommand?

    /// Makes a task.
    package init(state: TaskState, prepare: PrepareCommand?) {
        self.state = state
        self.prepare = prepare
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
    /// The checkpoint, or else the model, that a preparation begins from was fetched; its path is
    /// empty when it could not be. The shell's own affair: the core only lets time pass.
    case checkpointFetched(TrainerID, PrepareTraining, path: String)
    /// The supervisor is there, and this is all it holds.
    case supervised([SupervisedTask])
    /// A task of the supervisor changed.
    case task(TaskState)
    /// The supervisor gives output.
    case taskOutput(TaskOutput)
    /// The connection to the supervisor broke.
    case supervisorLost
    /// No scheduler ran at that time: the host of its address refused a connection.
    case schedulerAbsent(LogicalInstant)
    /// The working folder of a command is there.
    case folderMade(AttemptID)
    /// A command cannot be started here.
    case commandRefused(AttemptID, FailureClass, Reason)
    /// The files of a command that ended are stored; or nothing is, with the problem if any.
    case collected(AttemptID, StoredArchive?, Reason?)
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
    /// Working folders to make.
    package var folders: [PrepareCommand] = []
    /// Ranks to hand to the supervisor, with their environment and secrets.
    package var launches: [Launch] = []
    /// Commands to the supervisor.
    package var supervision: [SupervisorCommand] = []
    /// The newest time at which the scheduler is known to have heard of this node.
    package var contact: LogicalInstant?
    /// Commands that ended, whose files are to be stored.
    package var collections: [PrepareCommand] = []
    /// Commands whose working folder may go.
    package var removals: [PrepareCommand] = []
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

    /// Ranks to start.
    package struct Launch: Sendable, Equatable {
        /// The order they belong to.
        package var prepare: PrepareCommand
        /// Which.
        package var ranks: Range<Int>
    }

    /// A model to store.
    package struct Store: Sendable, Equatable {
        /// Whose.
        package var attempt: AttemptID
        /// Its files.
        package var model: TrainedModel
    }
}
