package import ClusterVocabulary

/// What came of a simulation.
package struct SimulationReport: Sendable, Equatable {
    /// The seed; the same one gives the same report everywhere.
    package let seed: UInt64
    /// Hosts.
    package let nodes: Int
    /// Jobs submitted.
    package let jobs: Int
    /// Everything that happened: messages, steps, ends.
    package let events: Int
    /// Transactions of the scheduler.
    package let commits: Int
    /// Lives of the scheduler's process.
    package let schedulerLives: UInt64
    /// Virtual time that passed.
    package let virtualMilliseconds: Int64
    /// What was made to fail.
    package let faults: FaultCounts
    /// Jobs by their state in the ledger.
    package let states: [JobState: Int]
    /// Durable facts by kind.
    package let facts: [LedgerFact.Kind: Int]
    /// The digest of everything that happened.
    package let trace: TraceDigest
    /// Broken rules, each with seed, time and event; empty when all held.
    package let broken: [String]

    /// Whether every rule held and everything that had to end did.
    package var isSound: Bool { broken.isEmpty }
}
