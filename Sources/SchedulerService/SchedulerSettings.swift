package import SchedulerCore

/// Where a scheduler keeps its state and where it listens.
package struct SchedulerSettings: Sendable {
    /// The folder of the ledger, artifacts, keys and logs; made when missing.
    package var stateFolder: String
    /// The control endpoint for nodes, such as `tcp://127.0.0.1:7071`.
    package var controlEndpoint: String
    /// The artifact endpoint for nodes, such as `tcp://127.0.0.1:7069`.
    package var artifactEndpoint: String
    /// Below this many free bytes nothing new is accepted.
    package var freeBytesFloor: Int64
    /// How long what is no longer needed is kept.
    package var retention = RetentionRules()
    /// Times and bounds of the core.
    package var core: SchedulerConfiguration

    /// The most events stepped before one commit.
    package static let mostPerCommit = 1_024
    /// The most events waiting for the loop; beyond it requests are refused, messages dropped.
    package static let mostInbox = 65_536
    /// How often time passes for the core when nothing else happens.
    package static let wakeMilliseconds = 200
    /// How long to wait before a failed commit is tried again.
    package static let commitRetryMilliseconds = 100
    /// The most bytes kept of one job's log.
    package static let largestLogBytes = 4 << 20

    /// Settings with defaults for everything but the folder.
    package init(stateFolder: String) {
        self.stateFolder = stateFolder
        controlEndpoint = "tcp://127.0.0.1:7071"
        artifactEndpoint = "tcp://127.0.0.1:7069"
        freeBytesFloor = 512 << 20
        core = SchedulerConfiguration()
    }
}
