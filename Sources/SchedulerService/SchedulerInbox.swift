import AccessControl
import ClusterVocabulary
import Messaging
import SchedulerCore
import Synchronization

/// What waits for the loop: events, and questions that only the core can answer.
final class SchedulerInbox: Sendable {
    enum Item: Sendable {
        case event(SchedulerEvent, by: RequestActor? = nil)
        /// Somebody wants something of experiments.
        case experiment(ExperimentRequest)
        /// Changes users, tokens or keys; answered once durable, with why not otherwise.
        case access(AccessEvent, by: RequestActor?, answer: @Sendable (Reason?) -> Void)
        /// Keeps a line of who did what.
        case audit(AuditRecord)
        /// Reads the core on the loop's thread.
        case inspect(@Sendable (borrowing Scheduler) -> Void)
    }

    private struct Contents {
        var items: [Item] = []
        var isClosed = false
        var isStopping = false
    }

    private let contents = Mutex(Contents())
    private let signal = WaitSignal()

    /// Adds an item; false when ``SchedulerSettings/mostInbox`` wait already or the loop ended.
    func put(_ item: Item) -> Bool {
        let (isTaken, isFirst) = contents.withLock { contents in
            guard !contents.isClosed, contents.items.count < SchedulerSettings.mostInbox else {
                return (false, false)
            }
            contents.items.append(item)
            return (true, contents.items.count == 1)
        }
        // One signal for all that wait: a signal each would wake the loop for nothing later.
        if isFirst { signal.notify() }
        return isTaken
    }

    /// Everything that waits, at most ``SchedulerSettings/mostPerCommit``; waits up to the wake
    /// interval for the first. `nil` once closed and empty.
    func take() -> [Item]? {
        _ = signal.wait(milliseconds: SchedulerSettings.wakeMilliseconds)
        return contents.withLock { contents in
            if contents.items.isEmpty { return contents.isClosed ? nil : [] }
            let count = min(contents.items.count, SchedulerSettings.mostPerCommit)
            let batch = Array(contents.items.prefix(count))
            contents.items.removeFirst(count)
            if !contents.items.isEmpty { signal.notify() }
            return batch
        }
    }

    /// Whether the loop will be asked to end: a commit that fails is then not tried again.
    var isStopping: Bool { contents.withLock { $0.isStopping || $0.isClosed } }

    /// Says that the loop will be asked to end once requests under way are answered.
    func announceStop() {
        contents.withLock { $0.isStopping = true }
    }

    /// Ends the loop once what waits is done.
    func close() {
        contents.withLock { $0.isClosed = true }
        signal.notify()
    }
}
