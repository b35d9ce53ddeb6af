/// What a command job runs: recorded with the job, sent to every member.
package struct CommandWork: Hashable, Sendable {
    /// Processes, started all together or not at all.
    package var ranks: Int
    /// The program and its arguments; empty when there is a script.
    package var arguments: [String]
    /// The text of a shell script; empty when there are arguments.
    package var script: String
    /// The folder the command starts in, packed; `nil` means an empty one.
    package var workdir: StoredArchive?
    /// Variables added to the environment, in order.
    package var environment: [EnvironmentVariable] = []
    /// Paths relative to the working folder that are collected at the end.
    package var outputs: [String] = []
    /// How measured values are read from its output.
    package var metrics = MetricSource.none
    /// Where and how the command saves its state; `nil` when it does not.
    package var checkpoint: CheckpointRequest?
    /// How often it is tried again after its own failure.
    package var programRetries = 0
    /// How often it is tried again after a failure of a host.
    package var infrastructureRetries = CommandWork.defaultInfrastructureRetries
    /// Silence of a host after which its ranks run again elsewhere, in seconds; 0 means never.
    package var restartAfterSeconds = CommandWork.defaultRestartAfterSeconds
    /// Seconds between SIGTERM and SIGKILL.
    package var graceSeconds = CommandWork.defaultGraceSeconds

    /// Infrastructure retries when nothing is said.
    package static let defaultInfrastructureRetries = 20
    /// Silence tolerated when nothing is said.
    package static let defaultRestartAfterSeconds: Int64 = 300
    /// The grace when nothing is said.
    package static let defaultGraceSeconds: Int64 = 10
    /// The most ranks of a job.
    package static let mostRanks = 1_024
    /// The most arguments, variables, or output paths.
    package static let mostWords = 1_024
    /// The longest argument or value, in UTF-8 bytes.
    package static let longestWord = 65_536
    /// The longest script, in UTF-8 bytes.
    package static let longestScript = 262_144
    /// The most bytes of a packed working folder.
    package static let largestWorkdir: Int64 = 4 << 30

    /// A command with everything else at its default.
    package init(ranks: Int, arguments: [String], script: String = "") {
        self.ranks = ranks
        self.arguments = arguments
        self.script = script
    }

    /// The words that are executed: a script is given to the shell.
    package var words: [String] {
        script.isEmpty ? arguments : ["/bin/sh", "-eu", "-c", script]
    }

    /// The command in one line, for people.
    package var line: String {
        if !script.isEmpty {
            let first = script.split(separator: "\n").first.map(String.init) ?? ""
            return "script: \(first.prefix(60))"
        }
        return String(arguments.joined(separator: " ").prefix(80))
    }
}

/// A packed folder in the scheduler's store.
package struct StoredArchive: Hashable, Sendable {
    /// SHA-256 of the archive, 64 hexadecimal digits.
    package var digest: String
    /// Its length in bytes.
    package var byteCount: Int64

    /// Names an archive.
    package init(digest: String, byteCount: Int64) {
        self.digest = digest
        self.byteCount = byteCount
    }
}

/// One variable of a command's environment.
package struct EnvironmentVariable: Hashable, Sendable {
    /// Its name.
    package var name: String
    /// Its value; empty with a secret.
    package var value: String
    /// The name of the secret the worker reads the value from; empty without one.
    package var secret: String

    /// Makes a variable.
    package init(name: String, value: String, secret: String = "") {
        self.name = name
        self.value = value
        self.secret = secret
    }
}

/// How measured values are read from a command's output, line by line.
package enum MetricSource: Hashable, Sendable {
    /// They are not.
    case none
    /// Words `name=value`, of standard output.
    case assignments
    /// Lines like this template, in which `{name}` stands for a number.
    case pattern(String)
    /// Lines that are JSON objects, whose numbers are values.
    case json
    /// `name=value` anywhere in a line of either stream, as Katib reads text.
    case text
    /// Collected by a process around the command.
    case collected(MetricCollector)
}

/// Where a command saves its state, and how it is asked to.
package struct CheckpointRequest: Hashable, Sendable {
    /// The folder, relative to the working folder; kept between the tries of a job.
    package var path: String
    /// The number of the signal that asks for a checkpoint; 0 means none.
    package var signal: Int32
    /// Seconds between that signal and SIGTERM.
    package var graceSeconds: Int64
    /// The job whose folder it is; 0 means its own.
    package var folderOf = JobID(0)

    /// Makes a request.
    package init(path: String, signal: Int32, graceSeconds: Int64) {
        self.path = path
        self.signal = signal
        self.graceSeconds = graceSeconds
    }
}

/// What the record of a command job keeps beside its state.
package struct CommandState: Hashable, Sendable {
    /// Failures of hosts so far.
    package var infrastructureFailures = 0
    /// Set while ranks are being ended: what follows once all are gone.
    package var ending: CommandEnding?
    /// How the last try ended.
    package var exit: CommandExit?
    /// The newest values the last try printed, by name.
    package var metrics: [Metric] = []
    /// How many lines with values the last try printed.
    package var measurements: Int64 = 0
    /// Up to where rank 0's output of the last try gave values, as ``CommandOutput`` counts.
    package var measuredPosition: Int64 = 0
    /// What was collected, in the order of ranks.
    package var outputs: [CommandOutputs] = []

    /// The state of a fresh job.
    package init() {}
}

/// What follows once all ranks of a try are gone.
package struct CommandEnding: Hashable, Sendable {
    /// The closed list of what may follow.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// The job failed.
        case fail = 1
        /// The job was cancelled.
        case cancel = 2
        /// The job is tried again.
        case retry = 3
    }

    /// What follows.
    package var kind: Kind
    /// Why.
    package var reason: Reason
    /// The node it happened on; empty when none is to blame.
    package var node: String

    /// Makes an ending.
    package init(_ kind: Kind, _ reason: Reason, node: String = "") {
        self.kind = kind
        self.reason = reason
        self.node = node
    }
}

/// How one rank ended.
package struct CommandExit: Hashable, Sendable {
    /// The rank.
    package var rank: Int
    /// Its exit code; 0 when a signal ended it.
    package var code: Int32
    /// The signal that ended it; 0 when it exited by itself.
    package var signal: Int32

    /// Makes an exit.
    package init(rank: Int, code: Int32, signal: Int32) {
        self.rank = rank
        self.code = code
        self.signal = signal
    }

    /// Whether the rank did its work.
    package var isSuccess: Bool { code == 0 && signal == 0 }

    /// The code a shell would show.
    package var shellCode: Int32 { signal == 0 ? code : 128 + signal }

    /// `exit code 3` or `signal 9`.
    package var words: String { signal == 0 ? "exit code \(code)" : "signal \(signal)" }
}

/// The files collected from one node at the end of a try.
package struct CommandOutputs: Hashable, Sendable {
    /// The first rank of the node.
    package var firstRank: Int
    /// The archive with the files.
    package var archive: StoredArchive

    /// Makes an entry.
    package init(firstRank: Int, archive: StoredArchive) {
        self.firstRank = firstRank
        self.archive = archive
    }
}

/// The permission of a node to keep commands while it hears nothing of the scheduler.
///
/// The node counts from sending its last acknowledged heartbeat, the scheduler from receiving it:
/// the node ends a command one margin before the silence, the scheduler runs it again one margin
/// after. Both on clocks that go on while a host sleeps.
package enum CommandLease {
    /// What lies between both sides and the agreed silence: a tenth of it, at least 1 s, at most
    /// 10 s.
    package static func marginSeconds(restartAfter: Int64) -> Int64 {
        min(10, max(1, restartAfter / 10))
    }

    /// For how long a scheduler that is known not to run costs commands nothing, in seconds.
    ///
    /// A refused connection proves that none runs at that address, and one that starts there later
    /// gives every node a whole lease. One that was brought back at another address gives this much
    /// more, because nodes that do not follow still see the old one refuse.
    package static let longestAbsenceSeconds: Int64 = 3_600
}

extension TrainingWork {
    /// The work of a command job: nothing to train; its ranks stand where replicas do.
    package static func none(ranks: Int) -> TrainingWork {
        TrainingWork(
            data: DatasetReference(key: "", files: [], format: ""), validationFraction: 0,
            testFraction: 0, splitSeed: 0, standardizes: false, hiddenLayers: [],
            replicas: ranks, batchSize: 0, epochs: 0, seed: 0,
            optimizer: .sgd(learningRate: 0, momentum: 0), averagesOptimizerState: false,
            stepsPerRound: 0)
    }
}
