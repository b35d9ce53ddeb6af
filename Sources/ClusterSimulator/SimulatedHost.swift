import ClusterVocabulary
import Determinism
import WorkerCore

/// One host: a production worker core, its trainers, its disk, its clock, its two links.
struct SimulatedHost: Sendable {
    let name: NodeID
    let capacity: ResourceAmount
    /// What its kernel proves; another one than the other hosts' keeps it out of their jobs.
    let fingerprint: String
    /// Counts the daemon's lives; everything of an older life is dropped.
    var life: UInt64 = 0
    /// Counts the host's boots.
    var boot: UInt64 = 1
    /// `nil` while the daemon is down.
    var worker: Worker?
    var trainers: [TrainerID: SimulatedTrainer] = [:]
    var supervisor = SimulatedSupervisor()
    /// Whether its key counts no more: it was deleted, and joins again later.
    var isRevoked = false
    /// Data sets on disk with their rows: they survive a crash.
    var datasets: [String: Int64] = [:]
    /// When the worker is woken next; older wakes in the queue are void.
    var wakeAt = LogicalInstant.zero
    /// When the trainers' pipes deliver next: they keep their order.
    var pipeAt = LogicalInstant.zero
    /// The daemon stands still until then (a stopped process, a swapping host).
    var pausedUntil = LogicalInstant.zero
    /// Its trainers cannot exchange with others until then.
    var isolatedUntil = LogicalInstant.zero
    var clock = SimulatedClock(startingAt: .zero)
    var toScheduler = SimulatedLink()
    var fromScheduler = SimulatedLink()

    init(name: NodeID, capacity: ResourceAmount, fingerprint: String) {
        self.name = name
        self.capacity = capacity
        self.fingerprint = fingerprint
    }

    /// The trainer that works for an attempt under a term.
    func trainer(of attempt: AttemptID, _ term: Term) -> SimulatedTrainer? {
        trainers.values.first {
            $0.isAlive && $0.prepared?.attempt == attempt && $0.prepared?.term == term
        }
    }

    /// The trainers alive, in order of their start.
    var livingTrainers: [TrainerID] {
        trainers.keys.sorted().filter { trainers[$0]?.isAlive ?? false }
    }
}
