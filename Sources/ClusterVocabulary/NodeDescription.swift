/// What a worker daemon tells of its host when it registers.
package struct NodeDescription: Hashable, Sendable {
    /// The node's name.
    package var node: NodeID
    /// This life of the worker daemon.
    package var incarnation: Incarnation
    /// Processor time and memory offered to jobs.
    package var capacity: ResourceAmount
    /// Physical cores of the host.
    package var cores: Int
    /// CPU features as the kernel names them, only those that matter (avx2, fma, avx512f, …).
    package var features: [String]
    /// Kernel fingerprints this host has proved, best core type last.
    package var fingerprints: [KernelFingerprint]
    /// The product's version.
    package var version: String
    /// The version of the messages spoken.
    package var protocolVersion: UInt32
    /// Keys of the converted data sets held.
    package var heldDatasets: [String]
    /// Whose trainers its own can exchange parameters with.
    package var reach: ExchangeReach
    /// Whether it can run commands: its supervisor answers.
    package var runsCommands = false
    /// The address ranks of commands on other hosts reach it by; empty for this host only.
    package var address = ""
    /// What tells its machine from others over all boots; empty when unknown.
    package var machineID = ""
    /// The user number its worker runs as: root runs commands as their owners; `nil` when unknown.
    package var workerUser: UInt32?

    /// The version of the messages this build speaks.
    package static let currentProtocol: UInt32 = 1
    /// The versions this build can work with: its own and, once there is one, the one before, so
    /// that hosts are upgraded one by one.
    package static let protocols = max(1, currentProtocol - 1)...currentProtocol
    /// The most data sets a node reports.
    package static let mostDatasets = 4_096
    /// The most kernels a node reports.
    package static let mostFingerprints = 16

    /// Makes a description.
    package init(
        node: NodeID, incarnation: Incarnation, capacity: ResourceAmount, cores: Int,
        features: [String], fingerprints: [KernelFingerprint], version: String,
        protocolVersion: UInt32, heldDatasets: [String],
        reach: ExchangeReach = ExchangeReach(hostID: "", isRemote: false)
    ) {
        self.node = node
        self.incarnation = incarnation
        self.capacity = capacity
        self.cores = cores
        self.features = features
        self.fingerprints = fingerprints
        self.version = version
        self.protocolVersion = protocolVersion
        self.heldDatasets = heldDatasets
        self.reach = reach
    }
}

/// Whose trainers a node's trainers can exchange parameters with.
package struct ExchangeReach: Hashable, Sendable {
    /// What tells its host from others; nodes of equal ids exchange over sockets of the host.
    package var hostID: String
    /// Whether its trainers also listen for other hosts.
    package var isRemote: Bool

    /// Makes a reach.
    package init(hostID: String, isRemote: Bool) {
        self.hostID = hostID
        self.isRemote = isRemote
    }

    /// Whether frames can go both ways.
    package func includes(_ other: ExchangeReach) -> Bool {
        hostID == other.hostID || isRemote && other.isRemote
    }
}

/// The proof that a host computes the bits of one kernel: hosts with equal proofs may share a job.
package struct KernelFingerprint: Hashable, Sendable {
    /// The OpenBLAS core type, such as `Haswell`.
    package let coreType: String
    /// The digest of the fixed computation, 32 hexadecimal digits.
    package let digest: String

    /// Makes a proof.
    package init(coreType: String, digest: String) {
        self.coreType = coreType
        self.digest = digest
    }

    /// The core type that `numerics: portable` stands for: the same on every x86-64-v3 host.
    package static let portableCoreType = "Haswell"
    /// What stands in place of a core type for `numerics: any`: every node computes with its own
    /// best one, and nobody promises bits.
    package static let anyCoreType = "any"
    /// Core types from the least to the best; unknown ones rank lowest.
    package static let ranking = ["Haswell", "SkylakeX"]
}

extension NodeDescription {
    /// Whether `later` is the same machine after another start of its system.
    ///
    /// The name alone is not enough: another machine may come under it while this one still runs.
    package func isEarlierBoot(of later: NodeDescription) -> Bool {
        !machineID.isEmpty && machineID == later.machineID
            && incarnation.bootID != later.incarnation.bootID
    }
}
