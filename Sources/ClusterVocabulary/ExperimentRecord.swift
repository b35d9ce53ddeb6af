/// The number of an experiment: given in order of acceptance, never reused.
package struct ExperimentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number itself; the first experiment of a ledger is 1.
    package let number: UInt64

    /// Makes the id with the given number.
    package init(_ number: UInt64) {
        self.number = number
    }

    /// Orders by acceptance.
    package static func < (left: ExperimentID, right: ExperimentID) -> Bool {
        left.number < right.number
    }

    /// The number in decimal.
    package var description: String { String(number) }
}

/// The life of an experiment; an ended one may be resumed.
package enum ExperimentState: UInt8, Sendable, CaseIterable {
    /// Trials run, or may be asked for.
    case running = 1
    /// The goal is reached, or all trials are done.
    case succeeded = 2
    /// Too many trials failed, or none can be made.
    case failed = 3
    /// Ended by request.
    case cancelled = 4

    /// Whether no trial is made any more.
    package var isFinal: Bool { self != .running }

    /// The word people see.
    package var word: String {
        switch self {
        case .running: "Running"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    /// The state of a word people type, upper or lower case.
    package init?(word: String) {
        let lower = word.lowercased()
        guard
            let match = ExperimentState.allCases.first(where: { $0.word.lowercased() == lower })
        else { return nil }
        self = match
    }
}

/// What people may change of an experiment while it lives: nothing of the search itself.
package struct TrialLimits: Hashable, Sendable {
    /// The most trials.
    package var most: Int
    /// The most trials at once.
    package var parallel: Int
    /// The experiment fails once more trials than this have failed; `nil` means never.
    package var mostFailed: Int?

    /// Makes limits.
    package init(most: Int, parallel: Int, mostFailed: Int?) {
        self.most = most
        self.parallel = parallel
        self.mostFailed = mostFailed
    }

    /// The most trials one experiment can have.
    package static let largestMost = 1_000_000
    /// The most trials one experiment can have at once.
    package static let largestParallel = 10_000
}

/// How many trials of an experiment are in each state.
package struct TrialCounts: Hashable, Sendable {
    /// Trials by state, in the order of ``Trial.State/allCases``.
    private var counts = [Int](repeating: 0, count: Trial.State.allCases.count)

    /// No trials.
    package init() {}

    /// How many trials are in the state.
    package subscript(state: Trial.State) -> Int {
        get { counts[Int(state.rawValue) - 1] }
        set { counts[Int(state.rawValue) - 1] = newValue }
    }

    /// All trials.
    package var all: Int { counts.reduce(0, +) }
    /// Trials that have ended; those that wait at a rung have not.
    package var ended: Int { all - self[.running] - self[.paused] }
    /// Trials that count against `maxFailed`.
    package var failed: Int { self[.failed] + self[.unavailable] }
}

/// The durable state of one experiment.
package struct ExperimentRecord: Hashable, Sendable {
    /// The number.
    package var id: ExperimentID
    /// The namespace.
    package var namespace: String
    /// `metadata.name`.
    package var name: String
    /// Which submission of that name.
    package var run: UInt32
    /// Who submitted it.
    package var user: String
    /// As whom the commands of its trials run on the hosts.
    package var owner = CommandOwner()
    /// Labels, ordered by key.
    package var labels: [Label]
    /// The client's submission key.
    package var idempotencyKey: String
    /// The limits now; the specification keeps those it was submitted with.
    package var limits: TrialLimits
    /// Where in its life it is.
    package var state: ExperimentState
    /// Why.
    package var reason: Reason
    /// How often it was resumed after its end.
    package var resumptions: Int
    /// Wall-clock milliseconds of acceptance.
    package var submittedAt: Int64
    /// Wall-clock milliseconds of the end; 0 before.
    package var finishedAt: Int64
    /// The number of the next trial; the first is 1.
    package var nextTrial: UInt32
    /// The trials by state.
    package var counts: TrialCounts
    /// The best trial so far; 0 while none has a value.
    package var best: UInt32
    /// The best trial's value of the first objective; not a number while there is none.
    package var bestValue: Double

    /// Makes the record of a fresh experiment.
    package init(
        id: ExperimentID, namespace: String, name: String, run: UInt32, user: String,
        labels: [Label], idempotencyKey: String, limits: TrialLimits, submittedAt: Int64
    ) {
        self.id = id
        self.namespace = namespace
        self.name = name
        self.run = run
        self.user = user
        self.labels = labels
        self.idempotencyKey = idempotencyKey
        self.limits = limits
        self.submittedAt = submittedAt
        state = .running
        reason = .none
        resumptions = 0
        finishedAt = 0
        nextTrial = 1
        counts = TrialCounts()
        best = 0
        bestValue = .nan
    }

    /// `name-run`, as people type it.
    package var fullName: String { "\(name)-\(run)" }
}
