import ClusterVocabulary
import Determinism
import WorkerCore

/// One host of the mini cluster: a production worker core, its trainers, and its disk.
struct MiniNode {
    let name: NodeID
    let milliCPU: Int64
    /// Counts the daemon's lives; everything of an older life is dropped.
    var life: UInt64 = 0
    /// `nil` while the host is down.
    var worker: Worker?
    var trainers: [TrainerID: FakeTrainer] = [:]
    /// Data sets on disk: they survive a crash.
    var datasets: [String: Int64] = [:]
    /// When the worker is woken next; older wakes in the queue are void.
    var wakeAt = LogicalInstant.zero
    /// When the trainers' pipes deliver next: they keep their order.
    var pipeAt = LogicalInstant.zero

    init(name: NodeID, milliCPU: Int64) {
        self.name = name
        self.milliCPU = milliCPU
    }

    /// The trainer that works for an attempt under a term.
    func trainer(of attempt: AttemptID, _ term: Term) -> FakeTrainer? {
        trainers.values.first {
            $0.isAlive && $0.prepared?.attempt == attempt && $0.prepared?.term == term
        }
    }
}
