/// What is simulated; whatever is left open is drawn from the seed.
package struct SimulationPlan: Sendable, Equatable {
    /// The seed of every choice: the same seed gives the same trace in every process.
    package var seed: UInt64
    /// Hosts with a worker daemon; `nil` draws 2 to 4.
    package var nodes: Int?
    /// Jobs that clients submit; `nil` draws 3 to 7.
    package var jobs: Int?
    /// Whether anything fails in the safety phase.
    package var isChaotic: Bool
    /// How long things fail, in virtual seconds, before nothing fails any more; `nil` is 40, in a
    /// long life 300.
    package var faultySeconds: Int64?
    /// Whether commands and cut links last for up to 90 s and not for less than 30 s: long enough
    /// for leases to end under them; `nil` is true for every twentieth seed.
    package var isLong: Bool?
    /// How long everything may then take to end, in virtual seconds.
    package var patienceSeconds: Int64 = 300
    /// A promise broken on purpose, to show that the checkers notice.
    package var sabotage: Sabotage?

    /// The most nodes and jobs of one simulation.
    package static let mostNodes = 256
    /// The most jobs of one simulation.
    package static let mostJobs = 10_000

    /// Plans a simulation of a seed.
    package init(seed: UInt64, isChaotic: Bool = true) {
        self.seed = seed
        self.isChaotic = isChaotic
    }
}

/// A promise of the scheduler's shell that a simulation can break, so that a test sees the
/// checkers find it.
package enum Sabotage: String, Sendable, CaseIterable {
    /// A commit is answered without a sync: a crash loses the newest ones.
    case skipsSync
    /// Answers and messages leave when a step was taken, before its commit.
    case actsBeforeCommit
    /// The term and attempt a node states are overwritten by the present ones: an old word
    /// counts as a new one.
    case ignoresTerms
    /// After a restart the scheduler says nothing by itself of work it found in the ledger.
    case forgetsSendsAfterRecovery
    /// Supervisors let commands run on when their lease is over.
    case ignoresLeases
}
