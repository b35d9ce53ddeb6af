import Foundation
import Glibc

/// A process started by a test, with its output in files; ended and reaped by its id.
final class ChildProcess {
    /// How long a process may take to end by itself before it is killed.
    static let longest = Duration.seconds(90)

    private let process: pid_t
    private var status: Int32?

    init(
        _ words: [String], environment: [String: String], output: String, errors: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
        let arguments = words.map { (word: String) in strdup(word) } + [nil]
        let variables = environment.map { (name, value) in strdup("\(name)=\(value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var started: pid_t = 0
        let code = posix_spawn(&started, words[0], &actions, nil, arguments, variables)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
        process = started
    }

    /// Its process id.
    var number: pid_t { process }

    /// The exit code once the process has ended, or minus the signal; kills it when it takes
    /// longer than so long.
    func wait(atMost longest: Duration = ChildProcess.longest) -> Int32 {
        let deadline = ContinuousClock.now + longest
        while status == nil {
            var found: Int32 = 0
            if waitpid(process, &found, WNOHANG) == process {
                status = found & 0x7F == 0 ? (found >> 8) & 0xFF : -(found & 0x7F)
            } else if ContinuousClock.now > deadline {
                kill(process, SIGKILL)
            } else {
                usleep(2_000)
            }
        }
        return status ?? -1
    }

    /// Sends the process a signal.
    func signal(_ number: Int32) {
        if status == nil { kill(process, number) }
    }

    /// Ends the process at once.
    func kill9() {
        guard status == nil else { return }
        kill(process, SIGKILL)
        _ = wait()
    }

    /// Asks the process to stop; gives its exit code.
    func terminate() -> Int32 {
        if status == nil { kill(process, SIGTERM) }
        return wait()
    }
}
