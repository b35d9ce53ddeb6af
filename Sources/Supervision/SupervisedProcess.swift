import Artifacts
import ClusterVocabulary
import Glibc

/// One task: its process, its output, and how far its ending is.
final class SupervisedProcess {
    let task: TaskID
    let context: [UInt8]
    let journal: TaskJournal
    let log: OutputLog?
    let leaseSeconds: Int64
    let graceSeconds: Int64
    /// The leader's pid; 0 when none was started, or this life of the supervisor did not.
    var leader: pid_t = 0
    /// Processes seen to be of the task, with their start times, for those that leave its session.
    var known: [pid_t: String] = [:]
    /// Whether its processes are in a control group of their own.
    var isGrouped = false
    /// The read ends of its output and error, -1 once closed.
    var output: Int32 = -1
    var errors: Int32 = -1
    /// How the leader ended, once it has.
    var status: Int32?
    /// When its output is closed although somebody holds it open.
    var closeAt: Int64?
    /// The end, once no process is left.
    var ending: TaskJournal.Ending?
    /// Why it is being ended by this supervisor; overrides what the exit says.
    var verdict: (failure: FailureClass, reason: Reason)?
    /// What follows next while it is being ended, and when.
    var stop: Stop?

    /// The steps of ending a task, in boot-clock nanoseconds.
    struct Stop {
        /// When SIGTERM is sent; `nil` once it was.
        var termAt: Int64?
        /// When SIGKILL is sent.
        var killAt: Int64
    }

    init(
        task: TaskID, context: [UInt8], journal: TaskJournal, log: OutputLog?,
        leaseSeconds: Int64, graceSeconds: Int64
    ) {
        self.task = task
        self.context = context
        self.journal = journal
        self.log = log
        self.leaseSeconds = leaseSeconds
        self.graceSeconds = graceSeconds
    }

    var isEnded: Bool { ending != nil }

    var state: TaskState {
        guard let ending else {
            return TaskState(
                task: task, phase: stop == nil ? .running : .stopping, context: context)
        }
        return TaskState(
            task: task, phase: .ended, code: ending.code, signal: ending.signal,
            reason: ending.reason, failure: ending.failure, context: context)
    }

    /// Appends what one stream gave; what cannot be kept is lost, the process goes on.
    func keep(_ bytes: ArraySlice<UInt8>, _ stream: OutputRecord.Stream, at milliseconds: Int64) {
        var record: [UInt8] = []
        record.reserveCapacity(bytes.count + OutputRecord.headerBytes)
        OutputRecord(stream: stream, at: milliseconds, text: bytes).append(to: &record)
        record.withUnsafeBytes { try? log?.append($0) }
    }

    /// The boot-clock nanosecond by which nothing of it may run; `nil` without a lease.
    func deadline(contact: Int64) -> Int64? {
        guard leaseSeconds > 0 else { return nil }
        let margin = CommandLease.marginSeconds(restartAfter: leaseSeconds)
        return contact + (leaseSeconds - margin) * 1_000_000_000
    }
}
