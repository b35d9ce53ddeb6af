import ClusterVocabulary
import Determinism
import SchedulerCore
import WorkerCore

/// What is in flight or due in a simulated cluster. Hosts are named by their index; `life` is
/// the life of the process concerned: what belongs to an earlier one is void.
enum Happening: Sendable {
    // The network.
    case toScheduler(host: Int, life: UInt64, WorkerMessage)
    case toWorker(host: Int, life: UInt64, SchedulerMessage)
    case disconnected(host: Int)
    // The scheduler's process.
    case turn(life: UInt64)
    case wakeScheduler(life: UInt64)
    case committed(life: UInt64)
    case retryCommit(life: UInt64)
    // A host's processes.
    case wakeWorker(host: Int, life: UInt64)
    case toTrainer(host: Int, life: UInt64, WorkerEffects.Command)
    case fromTrainer(host: Int, life: UInt64, TrainerID, TrainerReport)
    case round(host: Int, life: UInt64, TrainerID)
    case trainerEnded(host: Int, life: UInt64, TrainerID)
    case fetched(host: Int, life: UInt64, String)
    case stored(host: Int, life: UInt64, WorkerEffects.Store)
    // A host's supervisor.
    case connectSupervisor(host: Int, life: UInt64)
    case toSupervisor(host: Int, life: UInt64, SupervisorOrder)
    case fromSupervisor(host: Int, life: UInt64, WorkerEvent)
    case supervise(host: Int, life: UInt64)
    case folderMade(host: Int, life: UInt64, PrepareCommand)
    case collected(host: Int, life: UInt64, PrepareCommand)
    // Starts, clients, faults.
    case startHost(Int)
    case startScheduler
    case request(customer: Int, ClientWish)
    case open(Int)
    case enrolAgain(Int)
    case fault
}

/// What a client asks for, again and again until it is answered.
enum ClientWish: Sendable, Equatable {
    case submit
    case cancel
    case delete
}

/// Happenings by time, then by the order of their making: a binary heap.
struct HappeningQueue: Sendable {
    private struct Entry: Sendable {
        let at: LogicalInstant
        let number: UInt64
        let what: Happening

        static func < (left: Entry, right: Entry) -> Bool {
            left.at == right.at ? left.number < right.number : left.at < right.at
        }
    }

    private var heap: [Entry] = []
    private var made: UInt64 = 0

    mutating func push(_ at: LogicalInstant, _ what: Happening) {
        made += 1
        heap.append(Entry(at: at, number: made, what: what))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// The next happening up to a time.
    mutating func pop(through end: LogicalInstant) -> (at: LogicalInstant, what: Happening)? {
        guard let first = heap.first, first.at <= end else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            let left = 2 * parent + 1
            if left < heap.count, heap[left] < heap[least] { least = left }
            if left + 1 < heap.count, heap[left + 1] < heap[least] { least = left + 1 }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        return (first.at, first.what)
    }
}
