/// What happened to a search, in order: a ledger keeps these, and `SearchState` is a function of
/// them, its algorithm, its space and its seed.
package enum SearchEvent: Sendable, Hashable {
    /// Records of other experiments with the same parameters were made known.
    case warmStarted([TrialRecord])
    /// A known point waits to be tried.
    case enqueued(Assignment)
    /// A suggestion was given out.
    case suggested(Suggestion)
    /// A trial reported: its end, its pause, or where it stands.
    case told(TrialRecord)
}
