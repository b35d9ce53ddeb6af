package import Messaging

/// What a worker daemon is told at its start.
package struct WorkerSettings: Sendable {
    /// The node's name.
    package var name: String
    /// Thousandths of a core offered.
    package var milliCPU: Int64
    /// Bytes of memory offered.
    package var memoryBytes: Int64
    /// The scheduler's control endpoint.
    package var schedulerEndpoint: String
    /// The scheduler's public key.
    package var serverPublicKey: String
    /// The worker's own pair.
    package var keys: CurveKeyPair
    /// The folder of cached data sets and finished models; made when missing.
    package var stateFolder: String
    /// The path of this program, for starting trainers.
    package var executable: String
    /// The most bytes of converted data sets kept.
    package var cacheBytes: Int64
    /// The address by which trainers of other hosts reach ours; empty for this host only.
    package var exchangeAddress = ""
    /// The first TCP port they try to listen on for other hosts.
    package var exchangePort = WorkerSettings.defaultExchangePort
    /// What tells this host from others.
    package var hostID = HostIdentity.exchangeID

    /// The address ranks of commands on other hosts reach this one by; empty for this host only.
    package var commandAddress = ""
    /// The folder of the secrets commands may ask for.
    package var secretsFolder = ""
    /// Whether commands may run here, under a supervisor.
    package var isSupervised = true

    /// The port of exchange between workers (SPEC, ports).
    package static let defaultExchangePort = 7_072
    /// The most events waiting for the loop.
    package static let mostInbox = 65_536
    /// How long an artifact request may take before it is asked again.
    package static let artifactTimeout = Duration.seconds(5)
    /// How often an artifact request is asked before it fails for now.
    package static let artifactAttempts = 5

    /// Makes the settings.
    package init(
        name: String, milliCPU: Int64, memoryBytes: Int64, schedulerEndpoint: String,
        serverPublicKey: String, keys: CurveKeyPair, stateFolder: String, executable: String,
        cacheBytes: Int64
    ) {
        self.name = name
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.schedulerEndpoint = schedulerEndpoint
        self.serverPublicKey = serverPublicKey
        self.keys = keys
        self.stateFolder = stateFolder
        self.executable = executable
        self.cacheBytes = cacheBytes
    }
}
