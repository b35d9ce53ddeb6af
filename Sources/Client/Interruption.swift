import Dispatch
import Glibc
import Synchronization

/// What Ctrl-C does to a command of the client: a last word, then the exit code of an interrupt.
package enum Interruption {
    private struct State {
        var isInstalled = false
        var message = ""
        /// What the next interrupts do instead of ending the process, first to last.
        var actions: [@Sendable () -> Void] = []
    }

    private static let state = Mutex(State())

    /// The next interrupts run these, one each, before one ends the process.
    package static func instead(_ actions: [@Sendable () -> Void]) {
        state.withLock { $0.actions = actions }
    }

    /// From now on Ctrl-C ends the process with code 130 after `message`; jobs are not touched.
    package static func install(_ console: Console, message: String = "") {
        let isFirst = state.withLock { state in
            defer { state.isInstalled = true }
            state.message = message
            return !state.isInstalled
        }
        guard isFirst else { return }
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler {
            let action = state.withLock { $0.actions.isEmpty ? nil : $0.actions.removeFirst() }
            if let action {
                action()
                return
            }
            let text = state.withLock(\.message)
            // The terminal shows ^C in the line that is being drawn.
            console.note(console.isTerminal(.error) ? "\n\(text)" : text)
            _exit(ExitStatus.interrupted.rawValue)
        }
        source.resume()
        // It lives as long as the process.
        _ = Unmanaged.passRetained(source as AnyObject)
    }
}
