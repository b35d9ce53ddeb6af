/// What a trial reported at one step.
package struct TrialReport: Hashable, Sendable {
    /// The step: an epoch of a training job, a counted report of a command.
    package var step: Int64
    /// The values by name.
    package var metrics: [Metric]

    /// The last step that is kept exactly everywhere.
    package static let largestStep: Int64 = 1 << 53

    /// Makes a report.
    package init(step: Int64, metrics: [Metric]) {
        self.step = step
        self.metrics = metrics
    }
}

/// The durable state of one trial.
package struct Trial: Hashable, Sendable {
    /// The life of a trial.
    package enum State: UInt8, Sendable, CaseIterable {
        /// Its job waits or runs, or a program was told to evaluate it.
        case running = 1
        /// Ended with a value of every objective.
        case succeeded = 2
        /// Its job failed.
        case failed = 3
        /// Ended early, because others are better; what it reported counts.
        case stopped = 4
        /// Ended by request, or with its experiment.
        case cancelled = 5
        /// Ended well without a usable value of an objective.
        case unavailable = 6
        /// Waits at a rung, its state kept; it goes on when it is among the best there.
        case paused = 7

        /// The word people see.
        package var word: String {
            switch self {
            case .running: "Running"
            case .succeeded: "Succeeded"
            case .failed: "Failed"
            case .stopped: "Stopped"
            case .cancelled: "Cancelled"
            case .unavailable: "MetricsUnavailable"
            case .paused: "Paused"
            }
        }

        /// The state of a word people type, upper or lower case.
        package init?(word: String) {
            let lower = word.lowercased()
            guard let match = State.allCases.first(where: { $0.word.lowercased() == lower })
            else { return nil }
            self = match
        }
    }

    /// Where its values come from; numbers are the file format.
    package enum Origin: UInt8, Sendable, CaseIterable {
        /// A known point of the specification.
        case enqueued = 1
        /// Chosen by the algorithm.
        case sampled = 2
        /// An earlier trial's values, run further.
        case promoted = 3
    }

    /// A rung of a successive halving.
    package struct Rung: Hashable, Sendable {
        /// Which halving, from 0.
        package var bracket: Int
        /// From 0, the smallest budget of the bracket.
        package var rung: Int
        /// The step up to which it trains.
        package var budget: Int

        /// Makes a rung.
        package init(bracket: Int, rung: Int, budget: Int) {
            self.bracket = bracket
            self.rung = rung
            self.budget = budget
        }
    }

    /// A rung at which it paused.
    package struct RungResult: Hashable, Sendable {
        /// The rung.
        package var rung: Rung
        /// The job that came so far.
        package var job: JobID
        /// The objectives' values there.
        package var values: [Double]
        /// Why it was to come so far.
        package var decision: String
        /// Wall-clock milliseconds of the pause.
        package var finishedAt: Int64

        /// Makes a result.
        package init(
            rung: Rung, job: JobID, values: [Double], decision: String, finishedAt: Int64
        ) {
            self.rung = rung
            self.job = job
            self.values = values
            self.decision = decision
            self.finishedAt = finishedAt
        }
    }

    /// Its experiment.
    package var experiment: ExperimentID
    /// Counts the trials of the experiment from 1.
    package var number: UInt32
    /// The job that evaluates it; 0 when a program asked for it.
    package var job: JobID
    /// The values tried, in the order of the parameters.
    package var assignments: [TrialAssignment]
    /// Where the values come from.
    package var origin: Origin
    /// Why these values, or why it was made.
    package var decision: String
    /// Its place in a successive halving; `nil` outside of one.
    package var rung: Rung?
    /// The rungs at which it paused, the lowest first.
    package var rungs: [RungResult]
    /// Its generation in an evolutionary search; `nil` in others.
    package var generation: Int?
    /// The trial it goes on from; 0 when it begins anew.
    package var parent: UInt32
    /// Where in its life it is.
    package var state: State
    /// Why.
    package var reason: Reason
    /// Wall-clock milliseconds of its making.
    package var createdAt: Int64
    /// Wall-clock milliseconds since which it runs: of its making, or of going on from a pause.
    package var startedAt: Int64
    /// Wall-clock milliseconds of the end; 0 before.
    package var finishedAt: Int64
    /// The objectives' values at the end, in the order of the objectives; empty without.
    package var values: [Double]
    /// The last value of every metric, ordered by name.
    package var metrics: [Metric]
    /// What it reported while it ran, ordered by step; at most ``mostReports``.
    package var reports: [TrialReport]
    /// The last step reported; 0 before.
    package var lastStep: Int64

    /// Makes a fresh trial.
    package init(
        experiment: ExperimentID, number: UInt32, job: JobID, assignments: [TrialAssignment],
        origin: Origin, decision: String, createdAt: Int64
    ) {
        self.experiment = experiment
        self.number = number
        self.job = job
        self.assignments = assignments
        self.origin = origin
        self.decision = decision
        rung = nil
        rungs = []
        generation = nil
        parent = 0
        self.createdAt = createdAt
        startedAt = createdAt
        state = .running
        reason = .none
        finishedAt = 0
        values = []
        metrics = []
        reports = []
        lastStep = 0
    }

    /// The most rungs a trial can pause at.
    package static let mostRungs = 64
    /// The most reports kept; beyond it every second one is dropped.
    package static let mostReports = 256
    /// The longest sentence on where its values come from, in UTF-8 bytes.
    package static let longestDecision = 1_000

    /// The value of a metric at the last report; `nil` when it was never reported.
    package func last(_ metric: String) -> Double? {
        metrics.first { $0.name == metric }?.value
    }

    /// The number as the name of a trial shows it: four digits at least.
    package static func suffix(_ number: UInt32) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// The trial a job evaluates.
package struct TrialReference: Hashable, Sendable {
    /// The experiment.
    package var experiment: ExperimentID
    /// The number of the trial.
    package var number: UInt32

    /// Makes a reference.
    package init(experiment: ExperimentID, number: UInt32) {
        self.experiment = experiment
        self.number = number
    }
}
