package import AccessControl
package import Artifacts
package import ClusterVocabulary
package import ExperimentCore
package import Ledger
package import SchedulerCore

/// What the HTTP side asks of a scheduler; ``SchedulerDaemon`` is the real one.
package protocol SchedulerBackend: Sendable {
    /// Submits a job; the answer comes after the commit.
    func submit(_ submission: Submission) async -> SchedulerEffects.Answer
    /// Ends a job.
    func cancel(_ job: JobID) async -> SchedulerEffects.Answer
    /// Removes an ended job from view.
    func delete(_ job: JobID) async -> SchedulerEffects.Answer
    /// Suspends a waiting job, or resumes it.
    func suspend(_ job: JobID, _ isSuspended: Bool) async -> SchedulerEffects.Answer
    /// Decides whether a node takes work; the answer comes after the commit.
    func assign(_ node: NodeID, _ assignment: NodeAssignment) async -> SchedulerEffects.Answer
    /// Asks for something of experiments.
    func request(_ action: ExperimentAction) async -> ExperimentEffects.Answer
    /// The canonical specification of an experiment.
    func specification(of experiment: ExperimentID) throws -> String?
    /// Why a job is where it is.
    func explain(_ job: JobID) async -> Explanation?
    /// Applies the retention rules, or only looks what they would take.
    func housekeep(removes: Bool) async throws -> HousekeepingReport
    /// Committed state for reads.
    var view: CommittedView { get }
    /// The canonical spec of a job.
    func specification(of job: JobID) throws -> String?
    /// The digests kept of a job's rounds, ascending, neighbours of one membership together.
    func computedRounds(of job: JobID) throws -> [ComputedRounds]
    /// Durable facts after a sequence number, oldest first.
    func events(job: JobID?, after sequence: Int64, limit: Int) throws -> [LedgerEvent]
    /// The whole log of a job.
    func log(of job: JobID) throws -> String
    /// What the ranks of a command job wrote, from a position on, and where it ends.
    func output(
        of job: JobID, from: Int64, most: Int
    ) throws -> (position: Int64, bytes: [UInt8], end: Int64)
    /// Everything committed from now on.
    func subscribe() -> AsyncStream<StreamItem>
    /// Stored files.
    var artifacts: ArtifactStore { get }
    /// What it says of itself.
    var information: SchedulerInformation { get }
    /// Users, tokens and node keys, as committed.
    var access: AccessView { get }
    /// The scheduler's public key, for join tokens.
    var serverPublicKey: String { get }
    /// Changes users, tokens or keys; says why not, or nothing once it is durable.
    func change(_ event: AccessEvent) async -> Reason?
    /// Takes a node's key back and moves its work; says why not, or nothing once it is durable.
    func remove(_ node: NodeID) async -> Reason?
    /// Keeps a line of who did what, durably a moment later.
    func record(_ record: AuditRecord)
    /// Who did what after a line, oldest first; of one user, or of all.
    func audits(user: String?, after sequence: Int64, limit: Int) throws -> [AuditEntry]
}

/// What a scheduler says of itself.
package struct SchedulerInformation: Sendable, Equatable {
    /// The product's version.
    package var version: String
    /// This life.
    package var incarnation: Incarnation
    /// Wall-clock milliseconds of its start.
    package var startedAt: Int64
    /// Free bytes where the ledger is.
    package var freeBytes: Int64
    /// Whether new work is refused for want of disk space.
    package var isDiskBelowFloor: Bool

    /// Makes the information.
    package init(
        version: String, incarnation: Incarnation, startedAt: Int64, freeBytes: Int64,
        isDiskBelowFloor: Bool
    ) {
        self.version = version
        self.incarnation = incarnation
        self.startedAt = startedAt
        self.freeBytes = freeBytes
        self.isDiskBelowFloor = isDiskBelowFloor
    }
}
