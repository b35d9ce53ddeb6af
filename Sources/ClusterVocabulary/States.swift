/// The life of a job: forward only, as ``canBecome(_:)`` says.
package enum JobState: UInt8, Sendable, CaseIterable {
    /// Accepted, not placed (its reason says why).
    case pending = 1
    /// At least one node works on it.
    case running = 2
    /// Finished, model and metrics stored.
    case succeeded = 3
    /// Ended by an error (its reason says which).
    case failed = 4
    /// Ended by request.
    case cancelled = 5

    /// Whether the job has ended.
    package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }

    /// The legal moves. Running goes back to pending only when every node that held the job is
    /// gone.
    package func canBecome(_ next: JobState) -> Bool {
        switch (self, next) {
        case (.pending, .running), (.pending, .failed), (.pending, .cancelled): true
        case (.running, .pending), (.running, .succeeded), (.running, .failed): true
        case (.running, .cancelled): true
        default: false
        }
    }

    /// The word people see.
    package var word: String {
        switch self {
        case .pending: "Pending"
        case .running: "Running"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    /// The state of a word people type, upper or lower case.
    package init?(word: String) {
        let lower = word.lowercased()
        guard let match = JobState.allCases.first(where: { $0.word.lowercased() == lower }) else {
            return nil
        }
        self = match
    }
}

/// The life of a registered node.
package enum NodeState: UInt8, Sendable, CaseIterable {
    /// Known from the ledger, not heard since the scheduler's start.
    case awaited = 1
    /// Heard within the lease; takes work.
    case ready = 2
    /// Silent beyond the suspicion time, or its connection closed; built-in work moves away.
    case suspect = 3
    /// Said goodbye.
    case left = 4

    /// The word people see.
    package var word: String {
        switch self {
        case .awaited: "Awaited"
        case .ready: "Ready"
        case .suspect: "Suspect"
        case .left: "Left"
        }
    }
}

/// What a trainer does for an attempt, as the worker reports it.
package enum AttemptPhase: UInt8, Sendable, CaseIterable {
    /// The command to prepare arrived; a trainer is being readied.
    case starting = 1
    /// Stopped at a round boundary, waiting for `go` of its term.
    case prepared = 2
    /// Computes and exchanges rounds.
    case training = 3
    /// Holds the finished model.
    case finished = 4
    /// The model is stored at the scheduler.
    case published = 5
    /// Ended with a failure.
    case failed = 6
}

/// Why something failed: decides whether trying again can help.
package enum FailureClass: UInt8, Sendable, CaseIterable {
    /// The job itself is wrong (data, divergence): the same again would fail the same way.
    case job = 1
    /// The trainer process died or misbehaved: counted against `backoffLimit`.
    case program = 2
    /// A host, disk or link failed: not the job's fault.
    case infrastructure = 3
}
