import ClusterVocabulary
import Determinism

/// The parent of a host's commands: outlives the worker daemon, ends what its lease does not cover,
/// and dies with its host. Its journal, and so what was claimed and how it ended, survives.
struct SimulatedSupervisor: Sendable {
    /// Counts its lives; what was sent to an earlier one is void.
    var life: UInt64 = 0
    var isUp = false
    /// Whether the present worker daemon is connected.
    var isConnected = false
    /// The newest contact it was told of, on the host's clock.
    var contact: LogicalInstant?
    /// The newest contact the present worker daemon knows.
    var told: LogicalInstant?
    /// Every task it holds: those running, and ended ones nobody told it to forget.
    var tasks: [TaskID: SimulatedTask] = [:]
    /// Questions for output that wait for some.
    var reads: [TaskID: Int64] = [:]
    /// When the socket delivers next: it keeps its order.
    var socketAt = LogicalInstant.zero
    /// When it looks again next.
    var wakeAt = LogicalInstant.zero
    /// It stands still until then, always shorter than the margins of a lease.
    var pausedUntil = LogicalInstant.zero

    var taskOrder: [TaskID] { tasks.keys.sorted() }

    /// The tasks with processes, by id.
    func living(at now: LogicalInstant) -> [TaskID] {
        taskOrder.filter { tasks[$0]?.isAlive(at: now) ?? false }
    }

    /// By when nothing of a task may run, on the host's clock; `nil` without a lease.
    func deadline(of order: PrepareCommand) -> LogicalInstant? {
        let limit = order.work.restartAfterSeconds
        guard limit > 0 else { return nil }
        let margin = CommandLease.marginSeconds(restartAfter: limit)
        return (contact ?? .zero) + .seconds(limit - margin)
    }

    /// All its processes die with it, or with the host.
    mutating func crash(at now: LogicalInstant) {
        isUp = false
        isConnected = false
        life += 1
        reads = [:]
        contact = nil
        for id in taskOrder where !(tasks[id]?.isEnded ?? true) {
            tasks[id]?.die(of: 9, at: now)
        }
    }

    /// A new life: what an earlier one left without an end is lost.
    mutating func begin() {
        isUp = true
        life += 1
        for id in taskOrder where !(tasks[id]?.isEnded ?? true) {
            tasks[id]?.verdict = (.infrastructure, Reason(.hostLost, "its supervisor ended"))
            tasks[id]?.finish()
        }
    }
}

/// What a worker daemon tells its supervisor.
enum SupervisorOrder: Sendable {
    /// Start a rank; production wraps the order into a `TaskStart`.
    case start(PrepareCommand, rank: Int)
    /// Anything else.
    case command(SupervisorCommand)
}
