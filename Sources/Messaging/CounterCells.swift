private import Synchronization

/// Counters that the loop's thread and senders write and any thread reads.
final class CounterCells: Sendable {
    private let sent = Atomic<UInt64>(0)
    private let received = Atomic<UInt64>(0)
    private let bytesSent = Atomic<UInt64>(0)
    private let bytesReceived = Atomic<UInt64>(0)
    private let atOutbox = Atomic<UInt64>(0)
    private let queueFull = Atomic<UInt64>(0)
    private let unreachable = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)

    func countOutgoing(_ outcome: SendOutcome, byteCount: Int) {
        switch outcome {
        case .sent:
            sent.add(1, ordering: .relaxed)
            bytesSent.add(UInt64(byteCount), ordering: .relaxed)
        case .wouldBlock:
            queueFull.add(1, ordering: .relaxed)
        case .unreachable:
            unreachable.add(1, ordering: .relaxed)
        }
    }

    func countIncoming(byteCount: Int) {
        received.add(1, ordering: .relaxed)
        bytesReceived.add(UInt64(byteCount), ordering: .relaxed)
    }

    func countNotTaken() {
        atOutbox.add(1, ordering: .relaxed)
    }

    func countRefused(_ count: UInt64) {
        if count > 0 { refused.add(count, ordering: .relaxed) }
    }

    func snapshot() -> MessagingCounters {
        var counters = MessagingCounters()
        counters.sent = sent.load(ordering: .relaxed)
        counters.received = received.load(ordering: .relaxed)
        counters.bytesSent = bytesSent.load(ordering: .relaxed)
        counters.bytesReceived = bytesReceived.load(ordering: .relaxed)
        counters.droppedAtOutbox = atOutbox.load(ordering: .relaxed)
        counters.droppedQueueFull = queueFull.load(ordering: .relaxed)
        counters.droppedUnreachable = unreachable.load(ordering: .relaxed)
        counters.refused = refused.load(ordering: .relaxed)
        return counters
    }
}
