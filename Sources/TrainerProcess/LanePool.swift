import Foundation
import Messaging
import Synchronization
import Training

/// The lanes of a session: threads that compute replicas side by side, one BLAS thread each.
///
/// Lane 0 is the calling thread; the others sleep between rounds. Which lane computes a replica
/// cannot change its bits, so replicas are handed out as lanes come free.
final class LanePool {
    private let lanes: [Lane]
    private let finished = WaitSignal()
    private static let idleMilliseconds = 100

    /// One lane per trainer; each trainer belongs to its lane's thread alone.
    init(trainers: [ReplicaTrainer], evaluators: [Evaluator]) {
        lanes = zip(trainers, evaluators).map { Lane(trainer: $0, evaluator: $1) }
        for lane in lanes.dropFirst() { lane.start(reporting: finished) }
    }

    deinit {
        for lane in lanes.dropFirst() { lane.stop() }
    }

    /// Runs `body` for every index below `count`, spread over the lanes; returns when all ended.
    /// While only other lanes still work, `idle` is called a few times a second.
    func run(
        count: Int, idle: () -> Void = {},
        _ body: @escaping (Int, ReplicaTrainer, Evaluator) -> Void
    ) {
        let job = LaneJob(count: count, body: body)
        let helping = lanes.dropFirst().prefix(max(0, count - 1))
        for lane in helping { lane.assign(job) }
        if let first = lanes.first { job.work(on: first) }
        for _ in helping {
            while !finished.wait(milliseconds: Self.idleMilliseconds) { idle() }
        }
    }
}

/// One batch of indices to be computed.
///
/// @unchecked: the index counter is atomic; `body` writes to memory of its own index only.
private final class LaneJob: @unchecked Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: (Int, ReplicaTrainer, Evaluator) -> Void

    init(count: Int, body: @escaping (Int, ReplicaTrainer, Evaluator) -> Void) {
        self.count = count
        self.body = body
    }

    func work(on lane: Lane) {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            body(index, lane.trainer, lane.evaluator)
        }
    }
}

/// A trainer with its thread.
///
/// @unchecked: `job` is written before the wake-up that lets the lane's thread read it, and the
/// pool waits for that thread before it writes again; trainer and evaluator belong to the lane.
private final class Lane: @unchecked Sendable {
    let trainer: ReplicaTrainer
    let evaluator: Evaluator
    private let wake = WaitSignal()
    private var job: LaneJob?

    init(trainer: ReplicaTrainer, evaluator: Evaluator) {
        self.trainer = trainer
        self.evaluator = evaluator
    }

    func start(reporting finished: WaitSignal) {
        let thread = Thread { [self] in
            while true {
                wake.wait()
                guard let job else { return }
                job.work(on: self)
                self.job = nil
                finished.notify()
            }
        }
        thread.stackSize = 1 << 20
        thread.start()
    }

    func assign(_ job: LaneJob) {
        self.job = job
        wake.notify()
    }

    /// Lets the thread end: a wake-up without a job.
    func stop() {
        wake.notify()
    }
}
