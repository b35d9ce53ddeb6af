import Foundation

/// Starts and stops the daemons of this machine for this user: what `up` and `down` do.
///
/// A daemon runs in a session of its own, writes its log to `log/NAME.log`, and is known by
/// `run/NAME.pid`: its process id and the start time the kernel gives for it, so that a process
/// that later got the same id is never touched.
package struct LocalDaemons: Sendable {
    /// The state folder.
    package let stateFolder: String
    /// The program to start.
    package let executable: String

    /// How long a daemon may take to stop before it is killed.
    package static let stopGrace = Duration.seconds(10)

    /// How long supervisors may take to end their commands before they are killed.
    package static let supervisorGrace = Duration.seconds(60)

    /// The daemons of a state folder.
    package init(stateFolder: String, executable: String) {
        self.stateFolder = stateFolder
        self.executable = executable
    }

    private func identityPath(_ name: String) -> String { "\(stateFolder)/run/\(name).pid" }

    /// The file a daemon's log goes to.
    package func logPath(_ name: String) -> String { "\(stateFolder)/log/\(name).log" }

    /// The process id of a daemon that runs; `nil` when it does not.
    package func running(_ name: String) -> Int32? {
        guard let text = try? String(contentsOfFile: identityPath(name), encoding: .utf8) else {
            return nil
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let process = Int32(words[0]),
            LocalDaemons.startTime(of: process) == String(words[1])
        else { return nil }
        return process
    }

    /// The names of the daemons that were started here, running or not.
    package func names() -> [String] {
        let files =
            (try? FileManager.default.contentsOfDirectory(atPath: "\(stateFolder)/run")) ?? []
        return files.filter { $0.hasSuffix(".pid") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// Keeps other callers from starting daemons here until it is released; waits for them.
    package func lock() throws -> DaemonLock {
        let folder = "\(stateFolder)/run"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let descriptor = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else {
            throw CocoaError(.fileLocking, userInfo: [NSFilePathErrorKey: "\(folder)/lock"])
        }
        return DaemonLock(descriptor: descriptor)
    }

    /// Starts a daemon; gives its process id. One that runs already is left alone.
    package func start(_ name: String, arguments: [String]) throws -> Int32 {
        if let process = running(name) { return process }
        for folder in ["run", "log"] {
            try FileManager.default.createDirectory(
                atPath: "\(stateFolder)/\(folder)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        let process = try spawn(arguments, log: logPath(name))
        let identity = "\(process) \(LocalDaemons.startTime(of: process) ?? "0")\n"
        try Data(identity.utf8).write(
            to: URL(fileURLWithPath: identityPath(name)), options: .atomic)
        return process
    }

    /// Asks a daemon to stop and waits; one that does not stop in time is killed. False when none
    /// ran.
    package func stop(_ name: String) -> Bool {
        defer { unlink(identityPath(name)) }
        guard let process = running(name) else { return false }
        kill(process, SIGTERM)
        let deadline = ContinuousClock.now + LocalDaemons.stopGrace
        while running(name) != nil, ContinuousClock.now < deadline {
            usleep(20_000)
        }
        if running(name) != nil { kill(process, SIGKILL) }
        return true
    }

    /// Ends the supervisors of workers started here, and with them the commands that run: each gets
    /// its grace. How many there were.
    package func stopSupervisors() -> Int {
        let folder = "\(stateFolder)/workers"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let running = names.compactMap { name -> (process: Int32, startTime: String)? in
            let path = "\(folder)/\(name)/supervisor.lock"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let process = Int32(words[0]),
                LocalDaemons.startTime(of: process) == String(words[1])
            else { return nil }
            return (process, String(words[1]))
        }
        for supervisor in running { kill(supervisor.process, SIGTERM) }
        let deadline = ContinuousClock.now + LocalDaemons.supervisorGrace
        for supervisor in running {
            while LocalDaemons.startTime(of: supervisor.process) == supervisor.startTime {
                if ContinuousClock.now > deadline {
                    kill(supervisor.process, SIGKILL)
                    break
                }
                usleep(20_000)
            }
        }
        return running.count
    }

    private func spawn(_ arguments: [String], log: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // POSIX_SPAWN_SETSID: the terminal's signals are not the daemon's.
        posix_spawnattr_setflags(&attributes, 0x80)
        let words = ([executable] + arguments).map { (word: String) in strdup(word) } + [nil]
        defer { words.forEach { free($0) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, executable, &actions, &attributes, words, environ)
        guard code == 0 else {
            throw CocoaError(
                .executableLoad,
                userInfo: [NSLocalizedDescriptionKey: String(cString: strerror(code))])
        }
        return process
    }

    /// The kernel's start time of a process, in clock ticks since boot; `nil` when it is gone or
    /// ended.
    private static func startTime(of process: Int32) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        // Fields after the command's name: state is the first, the start time the twentieth.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(fields[19])
    }
}

/// The right to start daemons in a state folder; given back by `release`.
package struct DaemonLock: Sendable {
    let descriptor: Int32

    /// Lets the next caller go on.
    package func release() {
        close(descriptor)
    }
}
