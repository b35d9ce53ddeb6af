import Artifacts
import CSupervision
import ClusterVocabulary
import Glibc

/// Starting processes, reading them, and ending them whole.
extension Supervisor {
    /// Starts a task, or says what became of it: it is never started twice.
    func start(_ start: TaskStart) -> TaskState {
        if let known = tasks[start.task] { return known.state }
        func refused(_ failure: FailureClass, _ reason: Reason) -> TaskState {
            TaskState(
                task: start.task, phase: .ended, code: 127, reason: reason, failure: failure,
                context: start.context)
        }
        guard !isStopping, tasks.count < SupervisorPlaces.mostTasks else {
            return refused(
                .infrastructure, Reason(.limitReached, "the supervisor takes no more tasks now"))
        }
        let journal = TaskJournal(of: start.task, in: places.tasksFolder)
        guard journal.claim(bootID: bootID, context: start.context) else {
            return refused(
                .infrastructure,
                Reason(.hostFault, "task \(start.task) cannot be claimed in \(journal.folder)"))
        }
        let log = try? OutputLog(
            folder: "\(journal.folder)/output", headerBytes: OutputRecord.headerBytes,
            bounds: OutputLog.Bounds(
                head: SupervisorPlaces.headBytes, segment: SupervisorPlaces.segmentBytes))
        let task = SupervisedProcess(
            task: start.task, context: start.context, journal: journal, log: log,
            leaseSeconds: start.leaseSeconds, graceSeconds: start.graceSeconds)
        tasks[start.task] = task
        if let deadline = task.deadline(contact: contact), deadline <= supervision_boot_clock() {
            // An order that was long under way: the scheduler may have given it to others.
            finish(
                task, code: 0, signal: 0,
                .infrastructure, Reason(.hostLost, "the order came after its lease was over"))
            return task.state
        }
        spawn(start, task)
        return task.state
    }

    /// `F_SETPIPE_SZ` of Linux: a larger pipe, so that a fast writer is read in large pieces.
    private static let setPipeSize: Int32 = 1_031

    private func spawn(_ start: TaskStart, _ task: SupervisedProcess) {
        guard let program = ProgramSearch.find(start) else {
            finish(
                task, code: 127, signal: 0, .job,
                Reason(
                    .cannotStart,
                    "there is no program \(start.arguments.first ?? "") on this host's PATH or in "
                        + "the working folder"))
            return
        }
        var outputs: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        guard supervision_pipe(&outputs) == 0, supervision_pipe(&errors) == 0 else {
            outputs.filter { $0 >= 0 }.forEach { close($0) }
            finish(
                task, code: 127, signal: 0, .infrastructure,
                Reason(.hostFault, "no pipe for its output: \(String(cString: strerror(errno)))"))
            return
        }
        let group = groups.make(start.task, start.limits)
        task.isGrouped = group >= 0
        let problem = fork(start, task, program, outputs[1], errors[1], group)
        close(outputs[1])
        close(errors[1])
        if group >= 0 { close(group) }
        task.output = outputs[0]
        task.errors = errors[0]
        for descriptor in [outputs[0], errors[0]] {
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            _ = fcntl(descriptor, Supervisor.setPipeSize, 1 << 20)
        }
        if let problem {
            task.verdict = problem
            if task.leader == 0 {
                closeOutput(task)
                finish(task, code: 127, signal: 0, problem.0, problem.1)
            }
        }
    }

    /// Forks, notes the process, lets it go on, and hears whether the program started.
    private func fork(
        _ start: TaskStart, _ task: SupervisedProcess, _ program: String, _ output: Int32,
        _ errors: Int32, _ group: Int32
    ) -> (FailureClass, Reason)? {
        var variables = start.environment.map { "\($0.name)=\($0.value)" }
        variables.append("\(ProcessTable.marker)=\(start.task)")
        let arguments = start.arguments.map { strdup($0) } + [nil]
        let environment = variables.map { strdup($0) } + [nil]
        defer { (arguments + environment).forEach { free($0) } }
        var gate: Int32 = -1
        var report: Int32 = -1
        // Asked for before the fork: behind it no user database can be read.
        let groups = start.owner.map(HostAccount.groups) ?? []
        let child = program.withCString { path in
            start.folder.withCString { folder in
                arguments.withUnsafeBufferPointer { words in
                    environment.withUnsafeBufferPointer { values in
                        groups.withUnsafeBufferPointer { further in
                            var order = supervision_start(
                                arguments: words.baseAddress, environment: values.baseAddress,
                                program: path, folder: folder, output: output, error: errors,
                                cgroup: group, changes_user: start.owner == nil ? 0 : 1,
                                user: start.owner?.user ?? 0, group: start.owner?.group ?? 0,
                                groups: further.baseAddress, group_count: further.count)
                            return supervision_fork(&order, &gate, &report)
                        }
                    }
                }
            }
        }
        guard child > 0 else {
            return (
                .infrastructure,
                Reason(.hostFault, "no process: \(String(cString: strerror(errno)))")
            )
        }
        defer {
            close(gate)
            close(report)
        }
        task.leader = child
        let startTime = ProcessTable.entry(child)?.startTime ?? "0"
        guard task.journal.note(TaskJournal.Process(pid: child, startTime: startTime)) else {
            // The gate closes unopened: the child ends before it executes anything.
            return (.infrastructure, Reason(.hostFault, "the journal cannot be written"))
        }
        supervision_release(gate)
        var words: [Int32] = [0, 0]
        let count = read(report, &words, 8)
        guard count == 8 else { return nil }
        let why = String(cString: strerror(words[1]))
        switch words[0] {
        case 2: return (.infrastructure, Reason(.hostFault, "the user cannot be changed: \(why)"))
        case 3:
            return (
                .infrastructure, Reason(.hostFault, "\(start.folder) cannot be entered: \(why)")
            )
        case 4:
            return (
                .job,
                Reason(.cannotStart, "\(start.arguments.first ?? "") cannot be executed: \(why)")
            )
        default: return (.infrastructure, Reason(.hostFault, "its streams cannot be set: \(why)"))
        }
    }

    // MARK: Output

    /// Reads what a stream has, a bounded amount.
    func drain(_ task: SupervisedProcess, _ stream: OutputRecord.Stream) {
        let descriptor = stream == .output ? task.output : task.errors
        guard descriptor >= 0 else { return }
        var piece = [UInt8](repeating: 0, count: SupervisorPlaces.readBytes)
        for _ in 0..<32 {
            let count = read(descriptor, &piece, piece.count)
            if count > 0 {
                task.keep(piece[..<count], stream, at: Supervisor.wallMilliseconds)
                if count < piece.count { return }
            } else if count < 0, errno == EAGAIN {
                return
            } else if count == 0 || errno != EINTR {
                close(descriptor)
                if stream == .output { task.output = -1 } else { task.errors = -1 }
                return
            }
        }
    }

    private func closeOutput(_ task: SupervisedProcess) {
        for descriptor in [task.output, task.errors] where descriptor >= 0 { close(descriptor) }
        task.output = -1
        task.errors = -1
    }

    static var wallMilliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    // MARK: Endings

    /// Takes the ends of children and adopted orphans.
    func reap() {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, WNOHANG)
            guard pid > 0 else { return }
            guard let task = tasks.values.first(where: { $0.leader == pid && $0.status == nil })
            else { continue }
            task.status = status
            // Its time to give the rest of its output, whoever still holds the pipes.
            task.closeAt = supervision_boot_clock() + 2_000_000_000
        }
    }

    /// Does what is due for a task: lease, signals, and its end once nothing is left.
    func advance(_ task: SupervisedProcess) {
        let now = supervision_boot_clock()
        if let deadline = task.deadline(contact: contact) {
            let reason = Reason(
                .hostLost,
                "no word with the scheduler for so long that it may run the job elsewhere")
            if now >= deadline {
                task.verdict = task.verdict ?? (.infrastructure, reason)
                task.stop = SupervisedProcess.Stop(termAt: nil, killAt: now)
            } else if task.stop == nil, now >= deadline - task.graceSeconds * 1_000_000_000 {
                end(task, graceSeconds: task.graceSeconds, because: (.infrastructure, reason))
            }
        }
        if let stop = task.stop, task.status == nil {
            if let termAt = stop.termAt, now >= termAt {
                task.stop?.termAt = nil
                signal(task, SIGTERM)
            }
            if now >= stop.killAt { killAll(task) }
        }
        guard let status = task.status else { return }
        conclude(task, status, now)
    }

    /// The leader is gone: whatever it left behind goes too, then the end is noted.
    private func conclude(_ task: SupervisedProcess, _ status: Int32, _ now: Int64) {
        if killAll(task) > 0 { return }
        drain(task, .output)
        drain(task, .error)
        if task.output >= 0 || task.errors >= 0, now < task.closeAt ?? 0 { return }
        closeOutput(task)
        let signal = status & 0x7F
        let code = signal == 0 ? (status >> 8) & 0xFF : 0
        var failure = task.verdict?.failure
        var reason = task.verdict?.reason ?? .none
        if task.verdict == nil, groups.ranOutOfMemory(task.task) {
            failure = .program
            reason = Reason(.outOfMemory, "it took more memory than its resources.memory")
        } else if task.verdict == nil, signal == SIGKILL, task.stop == nil {
            failure = .program
            reason = Reason(
                .commandFailed,
                "killed by signal 9, not by this cluster: the host's kernel log says whether "
                    + "memory ran out")
        }
        finish(task, code: code, signal: signal, failure, reason)
    }

    /// Notes the end of a task of which no process is left, and tells it.
    func finish(
        _ task: SupervisedProcess, code: Int32, signal: Int32, _ failure: FailureClass?,
        _ reason: Reason
    ) {
        let ending = TaskJournal.Ending(
            code: code, signal: signal, failure: failure, reason: reason)
        // Without its note the end is told all the same; a next life would take it for lost.
        _ = task.journal.note(ending)
        task.ending = ending
        task.stop = nil
        groups.remove(task.task)
        tell(task)
    }

    /// The worker's order to end a task.
    func order(_ stop: TaskStop, _ task: SupervisedProcess) {
        let now = supervision_boot_clock()
        if stop.graceSeconds == 0, stop.signal == 0 {
            task.stop = SupervisedProcess.Stop(termAt: nil, killAt: now)
        } else if task.stop == nil {
            if stop.signal > 0, task.leader > 0 { kill(task.leader, stop.signal) }
            let termAt = now + (stop.signal > 0 ? stop.signalGraceSeconds : 0) * 1_000_000_000
            task.stop = SupervisedProcess.Stop(
                termAt: termAt, killAt: termAt + stop.graceSeconds * 1_000_000_000)
        }
        tell(task)
    }

    /// Ends a task by this supervisor's own decision.
    func end(
        _ task: SupervisedProcess, graceSeconds: Int64,
        because verdict: (failure: FailureClass, reason: Reason)
    ) {
        let now = supervision_boot_clock()
        task.verdict = task.verdict ?? verdict
        task.stop = SupervisedProcess.Stop(
            termAt: now, killAt: now + graceSeconds * 1_000_000_000)
        tell(task)
    }

    /// Sends a signal to every process of a task.
    private func signal(_ task: SupervisedProcess, _ number: Int32) {
        for pid in members(of: task) { kill(pid, number) }
    }

    /// Kills every process of a task; how many there were.
    @discardableResult
    private func killAll(_ task: SupervisedProcess) -> Int {
        let found = members(of: task)
        if !found.isEmpty, !(task.isGrouped && groups.kill(task.task)) {
            // Stopped first, so that none can start another while they are killed one by one.
            for pid in found { kill(pid, SIGSTOP) }
        }
        for pid in found { kill(pid, SIGKILL) }
        return found.count
    }

    /// The processes of a task that live, the leader included until it was reaped.
    private func members(of task: SupervisedProcess) -> [pid_t] {
        guard task.leader > 0 else { return [] }
        if task.isGrouped { return groups.processes(task.task) }
        let found = ProcessTable.now().members(
            leader: task.leader, mark: "\(task.task)", known: task.known)
        task.known = Dictionary(
            found.map { ($0.pid, $0.startTime) }, uniquingKeysWith: { first, _ in first })
        return found.map(\.pid)
    }

    // MARK: A new life

    /// Takes up the tasks of an earlier life: those that ended keep their end; those that may
    /// still run are killed, because nobody can hear how they end, and count as lost.
    func recover() {
        for name in TaskJournal.names(in: places.tasksFolder) {
            guard let id = TaskJournal.task(named: name) else { continue }
            let journal = TaskJournal(of: id, in: places.tasksFolder)
            guard let claim = journal.claim else {
                journal.remove()
                continue
            }
            let log = try? OutputLog(
                folder: "\(journal.folder)/output", headerBytes: OutputRecord.headerBytes,
                bounds: OutputLog.Bounds(
                    head: SupervisorPlaces.headBytes, segment: SupervisorPlaces.segmentBytes))
            let task = SupervisedProcess(
                task: id, context: claim.context, journal: journal, log: log, leaseSeconds: 0,
                graceSeconds: 0)
            tasks[id] = task
            if let ending = journal.ending {
                task.ending = ending
                continue
            }
            let isThisBoot = claim.bootID == bootID
            if isThisBoot { killRemains(of: id, journal) }
            finish(
                task, code: 0, signal: 0, .infrastructure,
                Reason(
                    .hostLost,
                    isThisBoot
                        ? "the supervisor ended and its commands with it" : "the host booted anew"))
        }
    }

    /// Kills what an earlier life started and this one cannot wait for.
    private func killRemains(of id: TaskID, _ journal: TaskJournal) {
        for _ in 0..<200 {
            var pids = groups.processes(id)
            if let process = journal.process {
                if ProcessTable.runs(process) { pids.append(process.pid) }
                pids += ProcessTable.now().entries.filter { entry in
                    entry.session == process.pid && !entry.isZombie
                }.map(\.pid)
            }
            pids += ProcessTable.now().entries.filter { entry in
                !entry.isZombie && ProcessTable.carries("\(id)", entry.pid)
            }.map(\.pid)
            guard !pids.isEmpty else { return }
            _ = groups.kill(id)
            for pid in Set(pids) { kill(pid, SIGKILL) }
            usleep(10_000)
        }
    }
}
