import ClusterVocabulary
import Determinism
import Dispatch
import Foundation
package import Logging
import Messaging
import Synchronization
import WireCodec
import WorkerCore

/// The worker process: drives the worker core, its trainers, its data cache and its links.
package final class WorkerDaemon: Sendable {
    private let inbox = WorkerInbox()
    private let ended = WaitSignal()
    private let settings: WorkerSettings
    private let logger: Logger

    /// Prepares a worker; nothing is started before ``start()``.
    package init(settings: WorkerSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Starts the loop on a thread of its own. Throws the named error of what cannot be opened.
    package func start() throws {
        let loop = try WorkerLoop.Parts(settings: settings, inbox: inbox, logger: logger)
        let thread = Thread { [ended] in
            WorkerLoop(loop).run()
            ended.notify()
        }
        thread.name = "worker"
        thread.start()
    }

    /// Asks the loop to stop and waits for it: trainers end, the scheduler is told.
    package func stop() {
        inbox.put(.shutdown)
        ended.wait()
    }
}

/// What waits for the worker's loop.
final class WorkerInbox: Sendable {
    private let items = Mutex<[WorkerEvent]>([])
    private let signal = WaitSignal()

    /// Adds an event; beyond the bound it is dropped, the next heartbeat makes up for it.
    func put(_ event: WorkerEvent) {
        let isTaken = items.withLock { items in
            guard items.count < WorkerSettings.mostInbox else { return false }
            items.append(event)
            return true
        }
        if isTaken { signal.notify() }
    }

    /// Everything that waits, after waiting at most so long for the first.
    func take(waiting: Duration) -> [WorkerEvent] {
        let milliseconds = max(
            0,
            Int(waiting.components.seconds * 1_000)
                + Int(waiting.components.attoseconds / 1_000_000_000_000_000))
        _ = signal.wait(milliseconds: milliseconds)
        return items.withLock { items in
            defer { items.removeAll(keepingCapacity: true) }
            return items
        }
    }
}
