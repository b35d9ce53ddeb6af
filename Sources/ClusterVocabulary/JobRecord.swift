/// The durable state of one job: what the ledger keeps, recovery reads and people see.
package struct JobRecord: Hashable, Sendable {
    /// The number of the submission.
    package var id: JobID
    /// The namespace.
    package var namespace: String
    /// `metadata.name`.
    package var name: String
    /// Which submission of that name; the run is called `name-run`.
    package var run: UInt32
    /// Who submitted it.
    package var user: String
    /// As whom its commands run on the hosts.
    package var owner = CommandOwner()
    /// Labels, ordered by key.
    package var labels: [Label]
    /// The client's submission key.
    package var idempotencyKey: String
    /// What is trained; ``TrainingWork/none(ranks:)`` for a command job.
    package var work: TrainingWork
    /// What runs, for a command job.
    package var command: CommandWork?
    /// How far a command job is.
    package var commandState = CommandState()
    /// What placing needs.
    package var requirements: JobRequirements
    /// Wall-clock milliseconds since 1970 of acceptance.
    package var submittedAt: Int64
    /// Wall-clock milliseconds of the first start; 0 before.
    package var startedAt: Int64
    /// Wall-clock milliseconds of the end; 0 before.
    package var finishedAt: Int64
    /// Where in its life it is.
    package var state: JobState
    /// Why.
    package var reason: Reason
    /// The current try; 0 before the first start.
    package var attempt: UInt32
    /// The current membership.
    package var term: Term
    /// The members of that term, without addresses.
    package var members: [TermMember]
    /// Chosen at first start and never changed: the core type; empty before.
    package var coreType: String
    /// The fingerprint every member must prove; empty before the first start.
    package var fingerprint: String
    /// Trainer failures so far.
    package var failures: Int
    /// Complete rounds at the last recorded change.
    package var completeRounds: Int64
    /// The finished model.
    package var model: TrainedModel?
    /// Its name and version, such as `digits@3`; empty before.
    package var modelName: String
    /// Mean training rows per second over the whole job.
    package var samplesPerSecond: Double
    /// The nodes of the last membership, kept when the job ends; empty before.
    package var computedBy: [NodeID]
    /// How earlier tries ended, oldest first, at most ``mostHistory``.
    package var history: [AttemptHistory]
    /// The trial it evaluates; `nil` for a job of its own.
    package var trial: TrialReference?

    /// Where the time of ended memberships went, as one member of each told.
    package var exchange = ExchangeFigures()
    /// The newest stored checkpoint of its state.
    package var checkpoint: CheckpointReference?
    /// The paused job it goes on from; `nil` when it begins with its seed.
    package var beginning: TrainingBeginning?
    /// How many jobs of its trial came before it: 0 for the first and for jobs of their own.
    package var continuation = 0

    /// The most ended tries and membership changes kept.
    package static let mostHistory = 32

    /// Makes the record of a fresh submission.
    package init(
        id: JobID, namespace: String, name: String, run: UInt32, user: String, labels: [Label],
        idempotencyKey: String, work: TrainingWork, requirements: JobRequirements,
        submittedAt: Int64
    ) {
        self.id = id
        self.namespace = namespace
        self.name = name
        self.run = run
        self.user = user
        self.labels = labels
        self.idempotencyKey = idempotencyKey
        self.work = work
        self.requirements = requirements
        self.submittedAt = submittedAt
        startedAt = 0
        finishedAt = 0
        state = .pending
        reason = .none
        attempt = 0
        term = .none
        members = []
        coreType = ""
        fingerprint = ""
        failures = 0
        completeRounds = 0
        model = nil
        modelName = ""
        samplesPerSecond = 0
        computedBy = []
        history = []
        trial = nil
    }

    /// The nodes that work on it, or did when it ended, in replica order.
    package var hosts: [NodeID] { members.isEmpty ? computedBy : members.map(\.node) }

    /// `name-run`, as people type it; trials have four digits at least.
    package var fullName: String {
        trial == nil || continuation > 0 ? "\(name)-\(run)" : "\(name)-\(Trial.suffix(run))"
    }
}

/// One label of a job.
package struct Label: Hashable, Sendable {
    /// The key.
    package var key: String
    /// The value.
    package var value: String

    /// Makes a label.
    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

/// How a try or a membership ended.
package struct AttemptHistory: Hashable, Sendable {
    /// The try.
    package var attempt: UInt32
    /// The membership that ended.
    package var term: Term
    /// Wall-clock milliseconds of the end.
    package var endedAt: Int64
    /// The node that caused it; empty when none did.
    package var node: String
    /// Why.
    package var reason: Reason

    /// Makes an entry.
    package init(attempt: UInt32, term: Term, endedAt: Int64, node: String, reason: Reason) {
        self.attempt = attempt
        self.term = term
        self.endedAt = endedAt
        self.node = node
        self.reason = reason
    }
}

/// A node as the ledger knows it.
package struct NodeRecord: Hashable, Sendable {
    /// What it said of itself when it last registered.
    package var description: NodeDescription
    /// Where in its life it is.
    package var state: NodeState
    /// Wall-clock milliseconds of the last registration.
    package var registeredAt: Int64
    /// Whether it takes work, as an operator decided.
    package var assignment = NodeAssignment.open

    /// Makes a record.
    package init(description: NodeDescription, state: NodeState, registeredAt: Int64) {
        self.description = description
        self.state = state
        self.registeredAt = registeredAt
    }
}

/// One stored model.
package struct ModelRecord: Hashable, Sendable {
    /// The namespace.
    package var namespace: String
    /// The name.
    package var name: String
    /// Counts the models of that name from 1.
    package var version: UInt32
    /// The job that made it.
    package var job: JobID
    /// The model.
    package var model: TrainedModel
    /// Wall-clock milliseconds of storing.
    package var createdAt: Int64

    /// Makes a record.
    package init(
        namespace: String, name: String, version: UInt32, job: JobID, model: TrainedModel,
        createdAt: Int64
    ) {
        self.namespace = namespace
        self.name = name
        self.version = version
        self.job = job
        self.model = model
        self.createdAt = createdAt
    }
}

/// A durable fact: one line of the ledger's history.
package struct LedgerFact: Hashable, Sendable {
    /// The closed list of facts; numbers are the file format and never reused.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// A job was accepted.
        case submitted = 1
        /// A membership was proposed.
        case termProposed = 2
        /// A membership began to train.
        case termStarted = 3
        /// The job went back to waiting.
        case requeued = 4
        /// The job ended: model stored.
        case succeeded = 5
        /// The job ended: an error.
        case failed = 6
        /// The job ended: by request.
        case cancelled = 7
        /// The job was deleted (tombstone).
        case deleted = 8
        /// A node registered.
        case nodeRegistered = 9
        /// A node fell silent or left.
        case nodeLost = 10
        /// Reserved: values measured during training stand in the curve file now.
        case measured = 11
        /// A suspended job was resumed, or a waiting one suspended.
        case suspensionChanged = 12
        /// An operator cordoned, drained or opened a node.
        case nodeAssigned = 16
        /// A checkpoint is stored, or a stored one was of no use.
        case checkpointed = 40
        /// H was measured and is frozen.
        case intervalChosen = 41
        /// An experiment was accepted.
        case experimentSubmitted = 50
        /// An ended experiment goes on.
        case experimentResumed = 51
        /// An experiment ended.
        case experimentEnded = 52
        /// The ranks of a command are being started.
        case attemptStarted = 13
        /// The ranks of a command are being ended, or a host was lost with some.
        case attemptEnding = 14

        /// The word people see.
        package var word: String {
            let name = String(describing: self)
            return name.prefix(1).uppercased() + name.dropFirst()
        }
    }

    /// What happened.
    package var kind: Kind
    /// The job concerned; 0 when none.
    package var job: JobID
    /// The node concerned; empty when none.
    package var node: String
    /// Wall-clock milliseconds.
    package var at: Int64
    /// Why, or with what.
    package var reason: Reason
    /// Numbers that belong to it.
    package var metrics: [Metric]
    /// The job's state after the fact; `nil` when the fact concerns no job.
    package var state: JobState?

    /// Makes a fact.
    package init(
        kind: Kind, job: JobID = JobID(0), node: String = "", at: Int64, reason: Reason = .none,
        metrics: [Metric] = [], state: JobState? = nil
    ) {
        self.kind = kind
        self.job = job
        self.node = node
        self.at = at
        self.reason = reason
        self.metrics = metrics
        self.state = state
    }
}

extension LedgerFact {
    /// The experiment it is about; `nil` for facts of jobs and nodes.
    package var experiment: ExperimentID? {
        guard job.number == 0, let first = metrics.first, first.name == "experiment",
            let number = UInt64(exactly: first.value)
        else { return nil }
        return ExperimentID(number)
    }
}
