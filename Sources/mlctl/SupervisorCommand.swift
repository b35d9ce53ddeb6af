import ArgumentParser
import Foundation
import Messaging
import Supervision
import Synchronization

/// `mlctl supervisor`: the parent of a host's commands. Started by the worker daemon, or by the
/// system so that a restart of the worker's unit does not reach it.
struct SupervisorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervisor",
        abstract: "Be the parent of this host's commands; the worker starts it.",
        shouldDisplay: false)

    @Option(help: "The state folder of the worker it belongs to.")
    var state: String

    func run() throws {
        let places = SupervisorPlaces(stateFolder: state)
        let ended = WaitSignal()
        let problem = Problem()
        // Commands die with the thread that started them: it is the one that lives to the end.
        let thread = Thread {
            do throws(SupervisorError) {
                try Supervisor(places: places, bootID: HostIdentity.bootID).run()
            } catch {
                problem.set(error.description)
            }
            ended.notify()
        }
        thread.stackSize = 4 << 20
        signal(SIGHUP, SIG_IGN)
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        thread.start()
        ended.wait()
        if let problem = problem.text { throw DaemonFailure(problem) }
    }

    /// Why the supervisor could not start.
    private final class Problem: Sendable {
        private let value = Mutex<String?>(nil)
        var text: String? { value.withLock { $0 } }
        func set(_ text: String) { value.withLock { $0 = text } }
    }
}
