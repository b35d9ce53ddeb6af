import ClusterVocabulary
import Messaging
import Synchronization
import WireCodec

/// Commands from the worker daemon, read by a thread of their own so that a round can be
/// interrupted between two steps.
final class CommandMailbox: Sendable {
    /// The most commands kept; the daemon never has more than a few on the way.
    static let most = 1_024

    private struct Contents {
        var commands: [TrainerCommand] = []
        var isClosed = false
    }

    private let contents = Mutex(Contents())
    private let hasCommand = Atomic<Bool>(false)
    private let signal = WaitSignal()

    /// Whether a command waits or the daemon is gone: the running round stops for it. Cheap; asked
    /// before every step.
    var isInterrupted: Bool { hasCommand.load(ordering: .relaxed) }

    /// Adds a command; beyond ``most`` the channel counts as broken.
    func put(_ command: TrainerCommand) {
        contents.withLock { contents in
            if contents.commands.count >= CommandMailbox.most {
                contents.isClosed = true
            } else {
                contents.commands.append(command)
            }
        }
        hasCommand.store(true, ordering: .relaxed)
        signal.notify()
    }

    /// The daemon is gone.
    func close() {
        contents.withLock { $0.isClosed = true }
        hasCommand.store(true, ordering: .relaxed)
        signal.notify()
    }

    /// The next command, waiting for it; `nil` once the daemon is gone.
    func next() -> TrainerCommand? {
        while true {
            let (command, isClosed) = contents.withLock { contents in
                if contents.isClosed { return (nil as TrainerCommand?, true) }
                guard !contents.commands.isEmpty else {
                    hasCommand.store(false, ordering: .relaxed)
                    return (nil, false)
                }
                let first = contents.commands.removeFirst()
                hasCommand.store(!contents.commands.isEmpty, ordering: .relaxed)
                return (first, false)
            }
            if isClosed { return nil }
            if let command { return command }
            signal.wait()
        }
    }
}
