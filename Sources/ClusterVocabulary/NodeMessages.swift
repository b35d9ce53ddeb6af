/// What a worker says to the scheduler over the control link.
package enum WorkerMessage: Hashable, Sendable {
    /// I am here (sent until welcomed, and again after every loss of contact).
    case register(NodeDescription)
    /// I live, and this is the whole set of attempts I hold.
    case heartbeat(Heartbeat)
    /// One attempt changed.
    case status(AttemptStatus)
    /// One attempt is so far.
    case progress(TrainingProgress)
    /// A data set is held now, or could not be had.
    case staged(DatasetStaged)
    /// A line for the job's log.
    case log(LogLine)
    /// A checkpoint is in the scheduler's store.
    case checkpointed(CheckpointWritten)
    /// I stop; nothing is held any more but commands, which go on under their supervisor.
    case leaving
    /// One try of a command changed.
    case command(CommandStatus)
    /// A piece of a command's output.
    case output(CommandOutput)
}

/// What the scheduler says to a worker over the control link.
package enum SchedulerMessage: Hashable, Sendable {
    /// You are registered; send a heartbeat this often.
    case welcome(Welcome)
    /// You are not admitted.
    case refused(Reason)
    /// Heartbeat number `sequence` arrived.
    case heartbeatAcknowledged(sequence: UInt64)
    /// Fetch and convert this data set.
    case stage(DatasetReference)
    /// Ready a trainer.
    case prepare(PrepareTraining)
    /// Train.
    case go(GoTraining)
    /// Store the finished model with the scheduler.
    case publish(AttemptID)
    /// Stop and forget the attempt, trained or commanded.
    case release(AttemptID)
    /// Ready the ranks of a command.
    case prepareCommand(PrepareCommand)
    /// Start the ranks that were readied.
    case startCommand(AttemptID)
    /// End the ranks of a command.
    case stopCommand(StopCommand)
    /// So much of a rank's output is stored.
    case outputAcknowledged(OutputAcknowledgement)
}

/// The sign of life of a node.
package struct Heartbeat: Hashable, Sendable {
    /// The daemon's life it belongs to.
    package var incarnation: Incarnation
    /// Counts heartbeats of this life.
    package var sequence: UInt64
    /// Every attempt held, ordered by job.
    package var held: [AttemptStatus]
    /// Every command held, ordered by job.
    package var commands: [CommandStatus]
    /// Whether ``commands`` are all: false while the supervisor does not answer.
    package var knowsCommands: Bool

    /// Makes a heartbeat.
    package init(
        incarnation: Incarnation, sequence: UInt64, held: [AttemptStatus],
        commands: [CommandStatus] = [], knowsCommands: Bool = false
    ) {
        self.incarnation = incarnation
        self.sequence = sequence
        self.held = held
        self.commands = commands
        self.knowsCommands = knowsCommands
    }

    /// The most attempts a node holds at once.
    package static let mostHeld = 1_024
}

/// The answer to a registration.
package struct Welcome: Hashable, Sendable {
    /// The scheduler's life.
    package var scheduler: Incarnation
    /// How often to send a heartbeat.
    package var heartbeatMilliseconds: Int64
    /// Silence after which the node is suspect.
    package var suspectMilliseconds: Int64
    /// Where artifacts are fetched and stored (`tcp://…`).
    package var artifactEndpoint: String
    /// The life that is welcomed: a later one must not take it for its own, because what follows
    /// is meant for a machine as it was. `nil` from a scheduler of an older release.
    package var worker: Incarnation?

    /// Makes the answer.
    package init(
        scheduler: Incarnation, heartbeatMilliseconds: Int64, suspectMilliseconds: Int64,
        artifactEndpoint: String, worker: Incarnation? = nil
    ) {
        self.scheduler = scheduler
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.suspectMilliseconds = suspectMilliseconds
        self.artifactEndpoint = artifactEndpoint
        self.worker = worker
    }
}

/// The end of a staging.
package struct DatasetStaged: Hashable, Sendable {
    /// The set's key.
    package var key: String
    /// Rows of the set; 0 when it failed.
    package var rows: Int64
    /// Whether it is held now; otherwise `reason` says why not.
    package var isHeld: Bool
    /// Why it could not be had.
    package var reason: Reason

    /// Makes a report.
    package init(key: String, rows: Int64, isHeld: Bool, reason: Reason) {
        self.key = key
        self.rows = rows
        self.isHeld = isHeld
        self.reason = reason
    }
}

/// One line for a job's log.
package struct LogLine: Hashable, Sendable {
    /// The job.
    package var attempt: AttemptID
    /// Text without line break, at most ``longest`` bytes.
    package var text: String

    /// Makes a line, cutting an overlong one.
    package init(attempt: AttemptID, text: String) {
        self.attempt = attempt
        self.text =
            text.utf8.count <= LogLine.longest
            ? text : String(text.prefix(LogLine.longest / 4)) + "…"
    }

    /// The longest line kept, in UTF-8 bytes.
    package static let longest = 4_000
}

/// Messages between a worker daemon and a trainer process, over the trainer's pipes.
package enum TrainerCommand: Hashable, Sendable {
    /// Ready for a term; files and folders are local paths.
    case prepare(PrepareTraining, TrainerPlaces)
    /// Train.
    case go(GoTraining)
    /// Stop, forget, be ready for another job.
    case release(AttemptID)
}

/// Local paths a trainer uses.
package struct TrainerPlaces: Hashable, Sendable {
    /// The converted data set.
    package var setPath: String
    /// The private folder of the host's exchange sockets.
    package var exchangeFolder: String
    /// The folder the finished model is written to.
    package var modelFolder: String
    /// The address other hosts reach this one by; empty means this host only.
    package var exchangeAddress: String
    /// The first TCP port tried when other hosts must reach it.
    package var exchangePort: Int
    /// This node's name.
    package var node: NodeID
    /// What tells this host from others; processes of equal ids reach each other's sockets.
    package var hostID: String
    /// The file of the checkpoint to begin from; empty without one.
    package var checkpointPath = ""
    /// The weights of the model to begin from; empty without one.
    package var initialPath = ""

    /// The file a checkpoint after so many rounds is written to.
    package func checkpointPath(afterRounds round: Int64) -> String {
        "\(modelFolder).checkpoint-\(round)"
    }

    /// Makes the paths.
    package init(
        setPath: String, exchangeFolder: String, modelFolder: String, exchangeAddress: String,
        exchangePort: Int, node: NodeID, hostID: String
    ) {
        self.setPath = setPath
        self.exchangeFolder = exchangeFolder
        self.modelFolder = modelFolder
        self.exchangeAddress = exchangeAddress
        self.exchangePort = exchangePort
        self.node = node
        self.hostID = hostID
    }
}

/// What a trainer says to its worker daemon.
package enum TrainerReport: Hashable, Sendable {
    /// Warm and ready; the proof of its kernel.
    case hello(KernelFingerprint)
    /// The attempt changed.
    case status(AttemptStatus)
    /// The attempt is so far.
    case progress(TrainingProgress)
    /// A line for the log.
    case log(LogLine)
    /// A checkpoint is written, at ``TrainerPlaces/checkpointPath(afterRounds:)``.
    case checkpoint(CheckpointWritten)
}
