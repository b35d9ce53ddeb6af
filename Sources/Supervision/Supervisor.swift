import Artifacts
import CSupervision
import ClusterVocabulary
package import Glibc

/// The parent of all commands of a host: starts them once, keeps their output and their end, ends
/// them whole, and outlives the worker daemon and the scheduler.
///
/// One thread, which must live as long as the process: commands die with the thread that started
/// them. Time is the boot clock, which goes on while the host sleeps.
package final class Supervisor {
    let places: SupervisorPlaces
    let bootID: String
    let groups: ControlGroups
    var tasks: [TaskID: SupervisedProcess] = [:]
    var connections: [SupervisorConnection] = []
    /// When the scheduler last heard of this node, in boot-clock nanoseconds.
    var contact: Int64 = 0
    var isStopping = false
    private let listener: Int32
    private let signals: Int32
    private let lock: Int32
    private var idleSince: Int64?

    /// Takes over a state folder: one supervisor each. Throws what stands in the way.
    package init(places: SupervisorPlaces, bootID: String) throws(SupervisorError) {
        self.places = places
        self.bootID = bootID
        lock = open(places.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw SupervisorError("open \(places.lockPath)", errno)
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw SupervisorError("there is a supervisor of \(places.stateFolder) already", 0)
        }
        // `down` finds the process by it.
        let identity = "\(getpid()) \(ProcessTable.entry(getpid())?.startTime ?? "0")\n"
        ftruncate(lock, 0)
        write(lock, identity, identity.utf8.count)
        guard mkdir(places.tasksFolder, 0o700) == 0 || errno == EEXIST else {
            throw SupervisorError("make \(places.tasksFolder)", errno)
        }
        signals = supervision_signals()
        guard signals >= 0, supervision_adopt_orphans() == 0 else {
            throw SupervisorError("take signals and orphans", errno)
        }
        groups = ControlGroups(name: SupervisorPlaces.hash(places.stateFolder))
        listener = try Supervisor.listen(places.socketPath)
    }

    private static func listen(_ path: String) throws(SupervisorError) -> Int32 {
        unlink(path)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, var address = UnixAddress.make(path) else {
            throw SupervisorError("make a socket at \(path)", errno)
        }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isBound, chmod(path, 0o600) == 0, Glibc.listen(descriptor, 8) == 0 else {
            throw SupervisorError("listen at \(path)", errno)
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    /// Runs until it is told to stop, or nobody needs it any more.
    package func run() {
        recover()
        while true {
            wait()
            reap()
            for task in tasks.values where !task.isEnded { advance(task) }
            answerReads()
            connections.removeAll { $0.isBroken }
            if isStopping, tasks.values.allSatisfy(\.isEnded) { break }
            if isIdle() { break }
        }
        unlink(places.socketPath)
        groups.removeAll()
        close(listener)
        close(lock)
    }

    private func isIdle() -> Bool {
        guard connections.isEmpty, tasks.isEmpty else {
            idleSince = nil
            return false
        }
        let now = supervision_boot_clock()
        let since = idleSince ?? now
        idleSince = since
        return now - since > SupervisorPlaces.idleSeconds * 1_000_000_000
    }

    // MARK: Waiting

    /// Waits for anything to happen, at most until the next deadline, and takes it.
    private func wait() {
        var polls = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
        ]
        let connections = connections
        for connection in connections {
            let events = POLLIN | (connection.hasUnsent ? POLLOUT : 0)
            polls.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
        }
        let readers = tasks.values.filter { $0.output >= 0 || $0.errors >= 0 }
        for task in readers {
            polls.append(pollfd(fd: task.output, events: Int16(POLLIN), revents: 0))
            polls.append(pollfd(fd: task.errors, events: Int16(POLLIN), revents: 0))
        }
        let count = poll(&polls, nfds_t(polls.count), patience())
        guard count > 0 else { return }
        if polls[0].revents != 0 { accept() }
        if polls[1].revents != 0 { takeSignals() }
        for (index, connection) in connections.enumerated() where polls[2 + index].revents != 0 {
            connection.flush()
            for command in connection.receive() { take(command, from: connection) }
        }
        let first = 2 + connections.count
        for (index, task) in readers.enumerated() {
            if polls[first + 2 * index].revents != 0 { drain(task, .output) }
            if polls[first + 2 * index + 1].revents != 0 { drain(task, .error) }
        }
    }

    /// Milliseconds until something is due.
    private func patience() -> Int32 {
        var next = supervision_boot_clock() + 1_000_000_000
        for task in tasks.values where !task.isEnded {
            if let stop = task.stop { next = min(next, stop.termAt ?? stop.killAt) }
            if let closeAt = task.closeAt { next = min(next, closeAt) }
            if let deadline = task.deadline(contact: contact) { next = min(next, deadline) }
            // Being killed: looked at again soon, until nothing is left.
            if task.status != nil { next = min(next, supervision_boot_clock() + 5_000_000) }
        }
        let left = next - supervision_boot_clock()
        return Int32(max(1, min(1_000, left / 1_000_000 + 1)))
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { return }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let peer = supervision_peer_user(descriptor)
            let isOurs = peer == Int64(getuid()) || peer == 0
            guard isOurs, connections.count < SupervisorPlaces.mostConnections else {
                close(descriptor)
                continue
            }
            connections.append(SupervisorConnection(descriptor: descriptor))
        }
    }

    private func takeSignals() {
        while true {
            let signal = supervision_next_signal(signals)
            guard signal != 0 else { return }
            guard signal == SIGTERM, !isStopping else { continue }
            isStopping = true
            for task in tasks.values where !task.isEnded {
                end(
                    task, graceSeconds: task.graceSeconds,
                    because: (
                        .infrastructure, Reason(.hostFault, "the supervisor was told to stop")
                    ))
            }
        }
    }

    // MARK: Commands

    private func take(_ command: SupervisorCommand, from connection: SupervisorConnection) {
        switch command {
        case .hello:
            let states = tasks.keys.sorted().compactMap { tasks[$0]?.state }
            connection.send(.inventory(states, limits: groups.description))
        case .start(let start):
            let state = self.start(start)
            connection.send(.state(state))
        case .stop(let stop):
            guard let task = tasks[stop.task] else { return }
            if task.isEnded {
                connection.send(.state(task.state))
            } else {
                order(stop, task)
            }
        case .forget(let id):
            guard let task = tasks[id], task.isEnded else { return }
            tasks[id] = nil
            for connection in connections { connection.reads[id] = nil }
            task.journal.remove()
        case .read(let id, let from): connection.reads[id] = from
        case .lease(let newest): contact = max(contact, newest)
        }
    }

    /// Answers reads that have something to give.
    private func answerReads() {
        for connection in connections {
            for (id, from) in connection.reads {
                guard let task = tasks[id] else {
                    connection.reads[id] = nil
                    connection.send(
                        .output(
                            TaskOutput(
                                task: id, from: from, position: from, bytes: [], isAtEnd: true)))
                    continue
                }
                let end = task.log?.end ?? 0
                guard from < end || task.isEnded else { continue }
                connection.reads[id] = nil
                let piece =
                    task.log?.read(from: from, most: CommandOutput.largestPiece) ?? (from, [])
                connection.send(
                    .output(
                        TaskOutput(
                            task: id, from: from, position: piece.0, bytes: piece.1,
                            isAtEnd: task.isEnded && piece.1.isEmpty)))
            }
        }
    }

    /// Tells every connection what a task has become.
    func tell(_ task: SupervisedProcess) {
        for connection in connections { connection.send(.state(task.state)) }
    }
}

/// Why a supervisor cannot start.
package struct SupervisorError: Error, CustomStringConvertible {
    /// What, why, and what to do next.
    package let description: String

    init(_ what: String, _ code: Int32) {
        description =
            code == 0
            ? what
            : "cannot \(what): \(String(cString: strerror(code))); choose another state folder or "
                + "give this user access to it"
    }
}

/// The address of a Unix socket.
package enum UnixAddress {
    /// The address of a path; `nil` when it is too long.
    package static func make(_ path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
