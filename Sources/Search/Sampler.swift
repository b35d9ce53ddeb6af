/// What a sampler answers when it is asked for one more trial.
enum Proposal: Sendable {
    /// A new trial with these values.
    case start(Draft)
    /// The paused trial of this row goes on up to this rung.
    case resume(row: Int, rung: RungPlace, reason: String)
    /// There will be no more.
    case exhausted(String)
    /// Running trials must report first.
    case waiting(String)

    /// A new trial before it has a number.
    struct Draft: Sendable {
        var assignment: Assignment
        var reason: String
        var rung: RungPlace?
        var generation: Int?
        var parent: Int?
    }
}

/// An algorithm that chooses values.
///
/// A proposal depends on the history's rows, on the calls of `started` and on the trial's number,
/// never on how often `propose` was called or in which order trials ended.
protocol Sampler: Sendable {
    /// Proposes a trial; `attempt` above 0 asks again because the values before were tried already.
    mutating func propose(
        _ number: Int, attempt: Int, history: TrialHistory
    ) -> Proposal

    /// Where a point that somebody enqueued takes part.
    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?)

    /// A trial was given out, now or in a replayed history.
    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory)

    /// A row has new results.
    mutating func told(_ row: Int, history: TrialHistory)

    /// Whether the sampler itself gives each combination at most once.
    var givesDistinctPoints: Bool { get }
}

extension Sampler {
    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?) {
        (nil, nil)
    }
    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {}
    mutating func told(_ row: Int, history: TrialHistory) {}
    var givesDistinctPoints: Bool { false }
}
