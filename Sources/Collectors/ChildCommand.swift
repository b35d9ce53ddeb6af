import Glibc

/// A command started beside this process, with the signals as they were before.
struct ChildCommand {
    /// A pipe with the command's output, and where that belongs.
    struct Output {
        var from: Int32
        var to: Int32
    }

    /// Its process.
    private(set) var number: pid_t = 0
    /// What it writes, when that is to be read on its way.
    private(set) var outputs: [Output] = []

    /// Starts a command; `nil`, with the reason in the log, when it cannot be started.
    init?(_ words: [String], _ variables: [String: String], relays: Bool) {
        guard let program = words.first else { return nil }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = []
        if relays {
            for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
                var pipe: [Int32] = [0, 0]
                guard Glibc.pipe(&pipe) == 0 else { return nil }
                // Nothing else is started meanwhile: setting the flag afterwards loses no race.
                for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                posix_spawn_file_actions_adddup2(&actions, pipe[1], descriptor)
                ends.append(pipe[1])
                outputs.append(Output(from: pipe[0], to: descriptor))
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in SignalForwarding.signals + [SIGTERM, SIGPIPE] { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] =
            variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + environment { free(text) } }
        let problem = posix_spawnp(
            &number, program, &actions, &attributes, &arguments, &environment)
        for end in ends { close(end) }
        guard problem == 0 else {
            let reason = String(cString: strerror(problem))
            RunningCollection.note("\(program) cannot be started: \(reason)")
            return nil
        }
    }
}
