/// The order to ready the ranks of a command on one node.
package struct PrepareCommand: Hashable, Sendable {
    /// The try this belongs to.
    package var attempt: AttemptID
    /// The job's full name, for people and for the command's environment.
    package var jobName: String
    /// Who submitted the job.
    package var user: String
    /// What runs.
    package var work: CommandWork
    /// What one rank takes.
    package var perRank: ResourceAmount
    /// The nodes of the try with their ranks, ordered by rank.
    package var hosts: [CommandHost]
    /// Whether the ranks start without waiting for ``SchedulerMessage/startCommand(_:)``: this
    /// node has them all.
    package var startsAtOnce: Bool
    /// As whom it runs; `nil` from a scheduler of a release that runs everything as the worker.
    package var owner: CommandOwner?

    /// Makes the order.
    package init(
        attempt: AttemptID, jobName: String, user: String, work: CommandWork,
        perRank: ResourceAmount, hosts: [CommandHost], startsAtOnce: Bool,
        owner: CommandOwner? = nil
    ) {
        self.attempt = attempt
        self.jobName = jobName
        self.user = user
        self.work = work
        self.perRank = perRank
        self.hosts = hosts
        self.startsAtOnce = startsAtOnce
        self.owner = owner
    }

    /// The ranks of a node.
    package func ranks(of node: NodeID) -> Range<Int> {
        hosts.first { $0.node == node }.map { $0.firstRank..<$0.endRank } ?? 0..<0
    }
}

/// One node of a try.
package struct CommandHost: Hashable, Sendable {
    /// The node.
    package var node: NodeID
    /// The address others reach it by.
    package var address: String
    /// The first of its ranks.
    package var firstRank: Int
    /// One past the last of its ranks.
    package var endRank: Int

    /// Makes an entry.
    package init(node: NodeID, address: String, firstRank: Int, endRank: Int) {
        self.node = node
        self.address = address
        self.firstRank = firstRank
        self.endRank = endRank
    }
}

/// What a node does for a command.
package enum CommandPhase: UInt8, Sendable, CaseIterable, Comparable {
    /// The working folder is being made.
    case preparing = 1
    /// Everything is there; no rank has started.
    case prepared = 2
    /// The ranks run.
    case running = 3
    /// Ranks are being ended, or their outputs stored.
    case stopping = 4
    /// No process is left; output and outputs are stored.
    case ended = 5

    /// Later phases are greater.
    package static func < (left: CommandPhase, right: CommandPhase) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// What a node says of the ranks of one try it holds; sent on change and with every heartbeat.
package struct CommandStatus: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// What the node does for it.
    package var phase: CommandPhase
    /// How the first rank that failed ended, or the first rank at all.
    package var exit: CommandExit?
    /// Whose fault it was that it did not succeed; `nil` while it may.
    package var failure: FailureClass?
    /// What happened.
    package var reason: Reason
    /// The files collected; `nil` when there are none.
    package var outputs: StoredArchive?

    /// Makes a status.
    package init(
        attempt: AttemptID, phase: CommandPhase, exit: CommandExit? = nil,
        failure: FailureClass? = nil, reason: Reason = .none, outputs: StoredArchive? = nil
    ) {
        self.attempt = attempt
        self.phase = phase
        self.exit = exit
        self.failure = failure
        self.reason = reason
        self.outputs = outputs
    }
}

/// The order to end the ranks of a try: SIGTERM, after the grace SIGKILL.
package struct StopCommand: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// Seconds between the two; 0 kills at once.
    package var graceSeconds: Int64

    /// Makes the order.
    package init(attempt: AttemptID, graceSeconds: Int64) {
        self.attempt = attempt
        self.graceSeconds = graceSeconds
    }
}

/// A piece of a rank's output on its way to the scheduler.
///
/// Positions count the bytes of all ``OutputRecord`` of the rank. The scheduler appends a piece
/// whose `from` is what it has, and answers with what it has then; anything else is answered alike
/// and changes nothing. So a piece may be lost or come twice. The values of a piece are durable
/// before it is appended and answered.
package struct CommandOutput: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// The rank.
    package var rank: Int
    /// What the node takes the scheduler to have; -1 asks only.
    package var from: Int64
    /// Where `bytes` begin; behind `from` when what lies between was dropped on the node.
    package var position: Int64
    /// Whole records, as ``OutputRecord`` writes them.
    package var bytes: [UInt8]
    /// Values read from these lines: metrics of one line together.
    package var measurements: [CommandMeasurement]

    /// Makes a piece.
    package init(
        attempt: AttemptID, rank: Int, from: Int64, position: Int64, bytes: [UInt8],
        measurements: [CommandMeasurement] = []
    ) {
        self.attempt = attempt
        self.rank = rank
        self.from = from
        self.position = position
        self.bytes = bytes
        self.measurements = measurements
    }

    /// The position behind the piece.
    package var end: Int64 { position + Int64(bytes.count) }

    /// The most bytes of one piece.
    package static let largestPiece = 262_144
    /// The most measurements of one piece.
    package static let mostMeasurements = 256
}

/// The values of one line of a command's output.
package struct CommandMeasurement: Hashable, Sendable {
    /// The values, by name.
    package var metrics: [Metric]
    /// Where the ``OutputRecord`` ends in which the line ends: values of a piece that comes twice
    /// are known by it.
    package var position: Int64

    /// Makes a measurement.
    package init(_ metrics: [Metric], position: Int64) {
        self.metrics = metrics
        self.position = position
    }
}

/// How much of a rank's output the scheduler has.
package struct OutputAcknowledgement: Hashable, Sendable {
    /// The try.
    package var attempt: AttemptID
    /// The rank.
    package var rank: Int
    /// The position behind the last byte it has.
    package var position: Int64

    /// Makes an acknowledgement.
    package init(attempt: AttemptID, rank: Int, position: Int64) {
        self.attempt = attempt
        self.rank = rank
        self.position = position
    }
}
