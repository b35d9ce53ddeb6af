/// Names one process of a supervisor: one rank of one try.
package struct TaskID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The try.
    package let attempt: AttemptID
    /// The rank.
    package let rank: Int

    /// Makes an id.
    package init(attempt: AttemptID, rank: Int) {
        self.attempt = attempt
        self.rank = rank
    }

    /// By job, try, rank.
    package static func < (left: TaskID, right: TaskID) -> Bool {
        (left.attempt.job, left.attempt.number, left.rank)
            < (right.attempt.job, right.attempt.number, right.rank)
    }

    /// `job-try-rank`, also the name of its folder.
    package var description: String { "\(attempt.job)-\(attempt.number)-\(rank)" }
}

/// What a worker daemon says to its supervisor, over the socket of their host.
package enum SupervisorCommand: Hashable, Sendable {
    /// Say everything you hold; the first word of a connection.
    case hello
    /// Start a process, once: the same task is never started twice.
    case start(TaskStart)
    /// End a process and everything it started.
    case stop(TaskStop)
    /// The end of a task is known; its records and output may go.
    case forget(TaskID)
    /// Give the output from here on; answered once there is some, or the task has ended.
    case read(TaskID, from: Int64)
    /// The scheduler acknowledged a heartbeat that was sent at this nanosecond of the boot clock.
    case lease(contact: Int64)
}

/// A process to start.
package struct TaskStart: Hashable, Sendable {
    /// Its id.
    package var task: TaskID
    /// The program and its arguments.
    package var arguments: [String]
    /// The whole environment; never written down.
    package var environment: [EnvironmentVariable]
    /// The folder it starts in.
    package var folder: String
    /// What it may take.
    package var limits: ResourceAmount
    /// Seconds without contact after which it is ended; 0 means never.
    package var leaseSeconds: Int64
    /// Seconds between SIGTERM and SIGKILL when the supervisor ends it by itself.
    package var graceSeconds: Int64
    /// Kept for the worker and given back with every state.
    package var context: [UInt8]
    /// The user and group it runs as; `nil` means those of the supervisor.
    package var owner: TaskOwner?

    /// Makes a start.
    package init(
        task: TaskID, arguments: [String], environment: [EnvironmentVariable], folder: String,
        limits: ResourceAmount, leaseSeconds: Int64, graceSeconds: Int64, context: [UInt8],
        owner: TaskOwner? = nil
    ) {
        self.task = task
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.limits = limits
        self.leaseSeconds = leaseSeconds
        self.graceSeconds = graceSeconds
        self.context = context
        self.owner = owner
    }

    /// The longest context, in bytes.
    package static let longestContext = 1 << 20
}

/// The user and group of a process.
package struct TaskOwner: Hashable, Sendable {
    /// The user's number.
    package var user: UInt32
    /// The group's number.
    package var group: UInt32

    /// Makes an owner.
    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }
}

/// The order to end a process and everything it started.
package struct TaskStop: Hashable, Sendable {
    /// Its id.
    package var task: TaskID
    /// A signal sent before SIGTERM; 0 means none.
    package var signal: Int32
    /// Seconds between that signal and SIGTERM.
    package var signalGraceSeconds: Int64
    /// Seconds between SIGTERM and SIGKILL.
    package var graceSeconds: Int64

    /// Makes an order.
    package init(
        task: TaskID, signal: Int32 = 0, signalGraceSeconds: Int64 = 0, graceSeconds: Int64
    ) {
        self.task = task
        self.signal = signal
        self.signalGraceSeconds = signalGraceSeconds
        self.graceSeconds = graceSeconds
    }
}

/// What a supervisor says to a worker daemon.
package enum SupervisorReport: Hashable, Sendable {
    /// Everything held, and in words how processes are bounded and killed here.
    case inventory([TaskState], limits: String)
    /// One task changed.
    case state(TaskState)
    /// The answer to ``SupervisorCommand/read(_:from:)``.
    case output(TaskOutput)
}

/// What a supervisor does for a task.
package enum TaskPhase: UInt8, Sendable, CaseIterable {
    /// Its process runs.
    case running = 1
    /// Its processes are being ended.
    case stopping = 2
    /// No process of it is left.
    case ended = 3
}

/// One task as its supervisor sees it.
package struct TaskState: Hashable, Sendable {
    /// Its id.
    package var task: TaskID
    /// What is done for it.
    package var phase: TaskPhase
    /// Once ended: the exit code, 0 after a signal.
    package var code: Int32
    /// Once ended: the signal, 0 after an exit.
    package var signal: Int32
    /// Why it was ended or could not be started; `none` when it ended by itself.
    package var reason: Reason
    /// Whose fault that was; `nil` when the exit alone decides.
    package var failure: FailureClass?
    /// As it was given at the start.
    package var context: [UInt8]

    /// Makes a state.
    package init(
        task: TaskID, phase: TaskPhase, code: Int32 = 0, signal: Int32 = 0,
        reason: Reason = .none, failure: FailureClass? = nil, context: [UInt8] = []
    ) {
        self.task = task
        self.phase = phase
        self.code = code
        self.signal = signal
        self.reason = reason
        self.failure = failure
        self.context = context
    }
}

/// A piece of a task's output; positions count bytes of its ``OutputRecord``.
package struct TaskOutput: Hashable, Sendable {
    /// The task.
    package var task: TaskID
    /// As it was asked for.
    package var from: Int64
    /// Where `bytes` begin; behind `from` when what lies between was dropped.
    package var position: Int64
    /// Whole records.
    package var bytes: [UInt8]
    /// Whether nothing follows, ever.
    package var isAtEnd: Bool

    /// Makes a piece.
    package init(task: TaskID, from: Int64, position: Int64, bytes: [UInt8], isAtEnd: Bool) {
        self.task = task
        self.from = from
        self.position = position
        self.bytes = bytes
        self.isAtEnd = isAtEnd
    }
}
