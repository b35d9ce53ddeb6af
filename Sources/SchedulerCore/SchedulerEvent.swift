package import ClusterVocabulary
package import Determinism

/// Names one request of a person or program until it is answered; made by the shell.
package struct RequestToken: Hashable, Sendable {
    /// The number; unique within the process.
    package let number: UInt64

    /// Makes a token.
    package init(_ number: UInt64) {
        self.number = number
    }
}

/// The time of an event: the monotone clock for decisions, the wall clock for people.
package struct Moment: Sendable, Equatable {
    /// Monotone time since an origin the shell chose.
    package var instant: LogicalInstant
    /// Wall-clock milliseconds since 1970; written down, never decided by.
    package var wallMilliseconds: Int64

    /// Makes a moment.
    package init(instant: LogicalInstant, wallMilliseconds: Int64) {
        self.instant = instant
        self.wallMilliseconds = wallMilliseconds
    }
}

/// A job as it comes in: validated by the door, data already stored.
package struct Submission: Sendable, Equatable {
    /// Where it goes.
    package var namespace: String
    /// `metadata.name`.
    package var name: String
    /// Who submits.
    package var user: String
    /// As whom the job's commands run on the hosts.
    package var owner = CommandOwner()
    /// Labels, ordered by key.
    package var labels: [Label]
    /// The client's key: the same key gives the same job; empty means none.
    package var idempotencyKey: String
    /// The canonical text of the spec, kept for people.
    package var specification: String
    /// What is trained.
    package var work: TrainingWork
    /// What runs, for a command job; `work` is ``TrainingWork/none(ranks:)`` then.
    package var command: CommandWork?
    /// What placing needs.
    package var requirements: JobRequirements
    /// The trial it evaluates, whose number becomes its run; `nil` for a job of its own.
    package var trial: TrialReference?
    /// The paused job whose state it goes on from; `nil` when it begins with its seed.
    package var resumes: JobID?
    /// How many jobs of its trial came before it.
    package var continuation = 0

    /// Makes a submission.
    package init(
        namespace: String, name: String, user: String, labels: [Label], idempotencyKey: String,
        specification: String, work: TrainingWork, requirements: JobRequirements,
        command: CommandWork? = nil, trial: TrialReference? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.user = user
        self.labels = labels
        self.idempotencyKey = idempotencyKey
        self.specification = specification
        self.work = work
        self.requirements = requirements
        self.trial = trial
        self.command = command
    }
}

/// Everything the scheduler core is ever told.
package enum SchedulerEvent: Sendable {
    /// Somebody submits a job.
    case submit(Submission, RequestToken)
    /// Somebody ends a job.
    case cancel(JobID, RequestToken)
    /// The job of a trial is to end, for this reason; one that ended already is left alone.
    case stopTrial(JobID, Reason)
    /// Somebody removes an ended job from view.
    case delete(JobID, RequestToken)
    /// Somebody suspends a waiting job or resumes it.
    case suspend(JobID, Bool, RequestToken)
    /// A node says something; the shell has bound the name to the connection.
    case message(NodeID, WorkerMessage)
    /// A node's connection closed.
    case disconnected(NodeID)
    /// An operator decides whether a node takes work.
    case assign(NodeID, NodeAssignment, RequestToken)
    /// Somebody removes a node: its key counts no more, its work moves.
    case removeNode(NodeID)
    /// Free disk space crossed the floor: below it nothing new is accepted.
    case diskBelowFloor(Bool)
    /// Time passed.
    case wake
}
