import ClusterVocabulary
import Determinism
import WorkerCore

@testable import SchedulerCore

/// A cluster in one value: production cores, virtual time, faulty links, all from one seed.
///
/// Safety phase: hosts and the scheduler crash, messages are lost, doubled and late. Liveness
/// phase: nothing fails any more, and everything that was acknowledged has to end well. Between
/// two hosts messages keep their order, as they do on one connection.
struct MiniCluster {
    /// What is in flight or due.
    enum Happening {
        case toScheduler(NodeID, life: UInt64, WorkerMessage)
        case toWorker(NodeID, life: UInt64, SchedulerMessage)
        case disconnected(NodeID)
        case wakeWorker(NodeID, life: UInt64)
        case wakeScheduler(life: UInt64)
        case commit(life: UInt64)
        case toTrainer(NodeID, life: UInt64, WorkerEffects.Command)
        case fromTrainer(NodeID, life: UInt64, TrainerID, TrainerReport)
        case round(NodeID, life: UInt64, TrainerID)
        case trainerEnded(NodeID, life: UInt64, TrainerID)
        case fetched(NodeID, life: UInt64, String)
        case stored(NodeID, life: UInt64, WorkerEffects.Store)
        case startNode(NodeID)
        case startScheduler
        case submit(Int)
        case fault
    }

    let seed: UInt64
    var random: WalkRandom
    var now = LogicalInstant.zero
    var queue = HappeningQueue()
    var trace = TraceDigest()
    var steps = 0
    var isFaulty = true
    /// The first broken rules, at most a few.
    var broken: [String] = []

    var scheduler: Scheduler?
    var schedulerLife: UInt64 = 0
    /// Effects that are not committed: a crash loses them.
    var uncommitted = SchedulerEffects()
    var isCommitDue = false
    var ledger = MemoryLedger()

    var nodes: [NodeID: MiniNode] = [:]
    var nodeNames: [NodeID] = []
    /// When a link delivers next, each direction for itself.
    var linkAt: [String: LogicalInstant] = [:]

    /// What clients want, and the job they were told.
    var submissions: [Submission] = []
    var acknowledged: [Int: JobID] = [:]
    /// Digests the artifact store holds.
    var storedModels: Set<String> = []

    init(seed: UInt64) {
        self.seed = seed
        random = WalkRandom(seed: seed)
        for index in 0..<Int(random.number(2..<5)) {
            let name = NodeID("h\(index + 1)")
            nodes[name] = MiniNode(name: name, milliCPU: 1_000 * random.number(1..<4))
            nodeNames.append(name)
            after(milliseconds: random.number(0..<3_000), .startNode(name))
        }
        for index in 0..<Int(random.number(3..<8)) {
            let work = Sample.work(
                data: "set\(random.number(0..<2))", replicas: Int(random.number(1..<6)),
                stepsPerRound: Int(random.number(0..<2)), seed: random.next(),
                epochs: Int(random.number(1..<9)))
            submissions.append(
                Sample.submission(
                    name: "job\(index)", key: "key\(index)", work: work,
                    requirements: Sample.requirements(backoffLimit: 1_000)))
            after(milliseconds: random.number(0..<20_000), .submit(index))
        }
        after(milliseconds: 0, .startScheduler)
        after(milliseconds: 500, .fault)
    }

    mutating func after(milliseconds: Int64, _ happening: Happening) {
        queue.push(now + .milliseconds(milliseconds), happening)
    }

    /// Runs both phases; true when every acknowledged job ended well in time.
    mutating func run(faultySeconds: Int64, patienceSeconds: Int64) -> Bool {
        runUntil(now + .seconds(faultySeconds), stopsWhenDone: false)
        isFaulty = false
        for name in nodeNames where nodes[name]?.worker == nil { startNode(name) }
        if scheduler == nil { startScheduler() }
        runUntil(now + .seconds(patienceSeconds), stopsWhenDone: true)
        return isDone
    }

    /// Whether every submission was acknowledged and its job has ended in the ledger.
    var isDone: Bool {
        acknowledged.count == submissions.count
            && acknowledged.values.allSatisfy { ledger.jobs[$0]?.state.isFinal ?? false }
    }

    private mutating func runUntil(_ end: LogicalInstant, stopsWhenDone: Bool) {
        while let (at, happening) = queue.pop(through: end) {
            now = at
            steps += 1
            handle(happening)
            if stopsWhenDone, steps % 16 == 0, isDone { return }
            if broken.count > 4 { return }
        }
        now = end
    }

    mutating func handle(_ happening: Happening) {
        switch happening {
        case .toScheduler(let name, let life, let message):
            guard nodes[name]?.life == life else { return }
            stepScheduler(.message(name, message))
        case .toWorker(let name, let life, let message):
            stepWorker(name, life, .message(message))
        case .disconnected(let name): stepScheduler(.disconnected(name))
        case .wakeWorker(let name, let life):
            guard nodes[name]?.wakeAt == now else { return }
            stepWorker(name, life, .wake)
        case .wakeScheduler(let life):
            guard life == schedulerLife, scheduler != nil else { return }
            stepScheduler(.wake)
            after(milliseconds: 250, .wakeScheduler(life: life))
        case .commit(let life):
            if life == schedulerLife { commit() }
        case .toTrainer(let name, let life, let command): obey(name, life, command)
        case .fromTrainer(let name, let life, let trainer, let report):
            guard nodes[name]?.trainers[trainer]?.isAlive ?? false else { return }
            stepWorker(name, life, .report(trainer, report))
        case .round(let name, let life, let trainer): round(name, life, trainer)
        case .trainerEnded(let name, let life, let trainer):
            guard nodes[name]?.life == life else { return }
            nodes[name]?.trainers[trainer] = nil
            stepWorker(name, life, .trainerExited(trainer, "signal 9"))
        case .fetched(let name, let life, let key): fetched(name, life, key)
        case .stored(let name, let life, let store): stored(name, life, store)
        case .startNode(let name): startNode(name)
        case .startScheduler: startScheduler()
        case .submit(let index): submit(index)
        case .fault: fault()
        }
    }

    mutating func note(_ sentences: [String]) {
        guard !sentences.isEmpty, broken.count < 8 else { return }
        broken += sentences.map { "seed \(seed), step \(steps): \($0)" }
    }
}

/// Happenings by time, then by the order of their making: a binary heap.
struct HappeningQueue {
    private var heap: [(at: LogicalInstant, number: UInt64, what: MiniCluster.Happening)] = []
    private var made: UInt64 = 0

    mutating func push(_ at: LogicalInstant, _ what: MiniCluster.Happening) {
        made += 1
        heap.append((at, made, what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isEarlier(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func pop(through end: LogicalInstant) -> (LogicalInstant, MiniCluster.Happening)? {
        guard let first = heap.first, first.at <= end else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && isEarlier(child, least) {
                least = child
            }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.what)
    }

    private func isEarlier(_ left: Int, _ right: Int) -> Bool {
        (heap[left].at, heap[left].number) < (heap[right].at, heap[right].number)
    }
}
