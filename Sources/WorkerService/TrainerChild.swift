import ClusterVocabulary
import Foundation
import Messaging
import WireCodec
import WorkerCore

/// One trainer process: started with its core type in the environment, spoken to over two pipes.
///
/// The end of its input ends it, so a killed daemon leaves no trainer behind.
final class TrainerChild: Sendable {
    let id: TrainerID
    private let process: pid_t
    private let input: Int32
    private let writer: PipeFrames.Writer

    /// Starts the process; `receive` is called on a thread of its own for each report, and once at
    /// the end with the exit in words.
    init(
        id: TrainerID, coreType: String, executable: String,
        receive: @escaping @Sendable (WorkerEvent) -> Void
    ) throws {
        self.id = id
        var commands: [Int32] = [-1, -1]
        var reports: [Int32] = [-1, -1]
        guard pipe(&commands) == 0 else { throw POSIXError(.EMFILE) }
        guard pipe(&reports) == 0 else {
            commands.forEach { close($0) }
            throw POSIXError(.EMFILE)
        }
        // Children are started by one thread alone, so none can slip in between.
        for descriptor in commands + reports { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let started = TrainerChild.spawn(
            executable, coreType: coreType, input: commands[0], output: reports[1])
        close(commands[0])
        close(reports[1])
        guard let started else {
            close(commands[1])
            close(reports[0])
            throw POSIXError(.ENOEXEC)
        }
        process = started
        input = commands[1]
        writer = PipeFrames.Writer(descriptor: commands[1])
        let output = reports[0]
        let thread = Thread {
            TrainerChild.listen(id: id, process: started, output: output, receive)
        }
        thread.start()
    }

    /// Says something to the trainer; a trainer that is gone is noticed by its exit.
    func send(_ command: TrainerCommand) {
        writer.write(WireCodec.encode(command))
    }

    /// Ends the process at once.
    func kill() {
        Glibc.kill(process, SIGKILL)
    }

    /// Gives the pipe back; called when the exit was seen.
    func closeInput() {
        close(input)
    }

    private static func listen(
        id: TrainerID, process: pid_t, output: Int32,
        _ receive: @Sendable (WorkerEvent) -> Void
    ) {
        let reader = PipeFrames.Reader(descriptor: output, largest: WireLimits.largestMessage)
        while let bytes = reader.next() {
            guard
                let report = bytes.withUnsafeBytes({ try? WireCodec.decodeTrainerReport($0) })
            else { break }
            receive(.report(id, report))
        }
        close(output)
        // Whatever ended the conversation, the process must be gone too.
        Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        receive(.trainerExited(id, words(for: status)))
    }

    private static func words(for status: Int32) -> String {
        let signal = status & 0x7F
        if signal == 0 { return "exit code \((status >> 8) & 0xFF)" }
        return "signal \(signal) (\(String(cString: strsignal(signal))))"
    }

    private static func spawn(
        _ executable: String, coreType: String, input: Int32, output: Int32
    ) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        // OpenBLAS reads this when the trainer loads it.
        var environment = ProcessInfo.processInfo.environment
        environment["OPENBLAS_CORETYPE"] = coreType
        let arguments = [executable, "trainer"].map { (word: String) in strdup(word) } + [nil]
        let variables =
            environment.map { (name, value) in strdup("\(name)=\(value)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var process: pid_t = 0
        guard posix_spawn(&process, executable, &actions, nil, arguments, variables) == 0 else {
            return nil
        }
        return process
    }
}
