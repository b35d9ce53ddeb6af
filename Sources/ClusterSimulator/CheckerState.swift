import ClusterVocabulary

/// What the checkers remember between two looks; they see messages and commits, never the cores'
/// tables.
struct CheckerState: Sendable {
    /// The most findings kept; a simulation ends with the last of them.
    static let mostFindings = 8

    /// One membership of one attempt.
    struct Membership: Hashable {
        let attempt: AttemptID
        let term: Term
    }

    /// What the facts of one job say so far.
    struct Line: Equatable {
        var state: JobState
        var term: UInt64
    }

    /// Who answered a proposal, with its complete rounds, as it reached the scheduler's present
    /// life.
    var answers: [Membership: [NodeID: Int64]] = [:]
    /// The start of every membership that was ever said.
    var starts: [Membership: GoTraining] = [:]
    /// Jobs by their facts alone.
    var folded: [JobID: Line] = [:]
    /// Jobs that were told to a client with their names.
    var names: [String: JobID] = [:]

    /// Processes that were ever started.
    var started: Set<TaskID> = []
    /// How they ended.
    var exits: [TaskID: TaskState] = [:]
    /// Nodes that a person deleted at some time, whether or not that was heard.
    var deleted: Set<NodeID> = []
    /// Nodes that made the working folder of a try.
    var readied: [AttemptID: Set<NodeID>] = [:]

    /// Forgets what an ended process knew.
    mutating func begin(_ life: UInt64) {
        answers = [:]
    }
}
