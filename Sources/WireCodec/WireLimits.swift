/// The named bounds of everything decoded, beyond those the vocabulary itself names.
///
/// They are wide: a specification has narrower ones. They keep arithmetic on decoded numbers from
/// overflowing and memory from growing at a peer's will.
package enum WireLimits {
    /// The most bytes of one message or record.
    package static let largestMessage = 4 * 1_048_576
    /// The most bytes of the record of one commit.
    package static let largestBatch = 64 * 1_048_576
    /// The most facts of one commit.
    package static let mostFacts = 65_536
    /// The longest name, version, core type, label or key, in UTF-8 bytes.
    package static let longestName = 512
    /// The longest path or endpoint, in UTF-8 bytes.
    package static let longestPath = 4_096
    /// The longest text of a data set's format, in UTF-8 bytes.
    package static let longestFormat = 65_536
    /// The most labels of a job.
    package static let mostLabels = 256
    /// The most CPU features of a node.
    package static let mostFeatures = 256
    /// The most members of a term.
    package static let mostMembers = 1_024
    /// The most tasks a supervisor holds.
    package static let mostTasks = 4_096
    /// The most bytes of a supervisor's inventory.
    package static let largestInventory = 64 * 1_048_576
    /// The most hidden layers of a model.
    package static let mostHiddenLayers = 1_024
    /// The most replicas of a job.
    package static let mostReplicas = 65_536
    /// The greatest job number, term and sequence number: fits a signed 64-bit column, and the
    /// next one does not overflow.
    package static let largestNumber = UInt64(Int64.max)
    /// The greatest count, size or instant: exact in a JSON number.
    package static let largestCount: Int64 = 1 << 53
    /// The greatest small count (widths, batch sizes, epochs, cores, failures).
    package static let largestSmallCount = Int64(Int32.max)
    /// The most thousandths of a processor: ``mostReplicas`` times as many do not overflow.
    package static let largestMilliCPU: Int64 = 1 << 32
    /// The most bytes of memory: ``mostReplicas`` times as many do not overflow.
    package static let largestMemory: Int64 = 1 << 46
    /// The longest span in seconds: its nanoseconds do not overflow.
    package static let longestSeconds: Int64 = 1 << 32
    /// The longest heartbeat interval or suspicion time: one day.
    package static let longestIntervalMilliseconds: Int64 = 86_400_000
    /// 64-bit words of a key that seals exchange frames.
    static let exchangeKeyWords = 4
}
