/// A machine-readable cause with a sentence for people: part of every decision.
package struct Reason: Hashable, Sendable, CustomStringConvertible {
    /// The closed list of causes.
    package enum Code: UInt16, Sendable, CaseIterable {
        /// No cause needed: the normal course.
        case none = 0
        /// No node is registered and ready.
        case noNode = 1
        /// No ready node has enough free processor time.
        case notEnoughCPU = 2
        /// No ready node has enough free memory.
        case notEnoughMemory = 3
        /// No node with room holds the data set yet.
        case dataNotStaged = 4
        /// `runPolicy.suspend` is set.
        case suspended = 5
        /// Nodes are there, but none proves the kernel the job needs.
        case noFingerprint = 6
        /// Earlier jobs come first.
        case queued = 7
        /// Nodes are being asked to start.
        case starting = 8
        /// Every node that held the job is gone.
        case nodesLost = 9
        /// A person asked for it.
        case requested = 10
        /// `runPolicy.timeLimit` passed.
        case timeLimit = 11
        /// `runPolicy.backoffLimit` trainer failures were exceeded.
        case backoffLimit = 12
        /// The data cannot be used.
        case badData = 13
        /// The loss became NaN or infinite.
        case diverged = 14
        /// Two members disagree about the bits of one round.
        case digestMismatch = 15
        /// A trainer process ended unexpectedly.
        case trainerDied = 16
        /// The node fell silent.
        case silent = 17
        /// The node's process said goodbye or was replaced by a new life.
        case replaced = 18
        /// A disk, memory or network fault on a host.
        case hostFault = 19
        /// All rounds done, model stored.
        case completed = 20
        /// The model is being stored.
        case publishing = 21
        /// The spec or request breaks a rule.
        case invalid = 22
        /// A named bound is reached.
        case limitReached = 23
        /// Nothing has the name.
        case notFound = 24
        /// The state does not allow it.
        case conflict = 25
        /// A node joined or more room came free.
        case expanded = 26
        /// Free disk space is below the floor.
        case diskFull = 27
        /// The node takes no new work: an operator cordoned or drained it.
        case cordoned = 40
        /// The node is being drained: its work moves or is stopped.
        case drained = 41
        /// A trial was ended early, because others are better.
        case stoppedEarly = 60
        /// A trial ended without a usable value of an objective.
        case metricUnavailable = 61
        /// The experiment a trial belongs to ended.
        case experimentEnded = 62
        /// A trial is as good as the objective's goal.
        case goalReached = 63
        /// More trials failed than `maxFailed` allows.
        case tooManyFailures = 64
        /// Every combination of values was tried.
        case searchExhausted = 65
        /// A command ended with another code than 0, or by a signal.
        case commandFailed = 28
        /// A command was killed because it took more memory than it asked for.
        case outOfMemory = 29
        /// A command's program or script cannot be started.
        case cannotStart = 30
        /// A host was silent for longer than `onHostLost.restartAfter`, or started anew.
        case hostLost = 31
        /// A secret is not on a host.
        case secretMissing = 32
        /// The job is tried again after a pause.
        case backingOff = 33
        /// Ranks are being ended.
        case stopping = 34
        /// A node cannot run commands.
        case noSupervisor = 35
        /// A host cannot run commands of this user: nobody there stands for them.
        case noHostUser = 36

        /// The word people and programs see, in PascalCase as Kubernetes reasons are.
        package var word: String {
            let name = String(describing: self)
            return name.prefix(1).uppercased() + name.dropFirst()
        }
    }

    /// The cause.
    package let code: Code
    /// One sentence: what, where, what to do next.
    package let message: String

    /// The longest sentence kept, in UTF-8 bytes; longer ones are cut.
    package static let longestMessage = 2_000

    /// Makes a reason, cutting an overlong sentence.
    package init(_ code: Code, _ message: String = "") {
        self.code = code
        if message.utf8.count <= Reason.longestMessage {
            self.message = message
        } else {
            self.message = String(message.prefix(Reason.longestMessage / 4)) + "…"
        }
    }

    /// The normal course.
    package static let none = Reason(.none)

    /// `Word: sentence`; the sentence alone where nothing stands in the way.
    package var description: String {
        if message.isEmpty { return code.word }
        return code == .none ? message : "\(code.word): \(message)"
    }
}
