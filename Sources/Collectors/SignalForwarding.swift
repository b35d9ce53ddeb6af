import Glibc
import Synchronization

/// Hands signals on to the command.
///
/// SIGTERM reaches every process of a task by itself and is ignored here; the request for a
/// checkpoint, whichever signal it is, comes to the first process alone.
enum SignalForwarding {
    /// The command; 0 before it runs.
    static let child = Atomic<Int32>(0)
    /// What is handed on.
    static let signals = [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2]

    /// From now on no such signal ends this process.
    static func begin() {
        child.store(0, ordering: .relaxed)
        signal(SIGTERM, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        for number in signals {
            signal(number) { number in
                let child = SignalForwarding.child.load(ordering: .relaxed)
                if child > 0 { kill(child, number) }
            }
        }
    }
}
