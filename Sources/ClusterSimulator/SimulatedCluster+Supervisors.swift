import ClusterVocabulary
import Determinism
import WorkerCore

/// The supervisors of the hosts and their conversation with the worker daemons: in order, whole,
/// until one of both ends.
extension SimulatedCluster {
    // MARK: Connections

    /// The worker daemon looks for its supervisor, and starts one when there is none.
    mutating func reachSupervisor(_ host: Int) {
        let delay = hosts[host].supervisor.isUp ? random.span(1..<10) : random.span(50..<400)
        after(delay, .connectSupervisor(host: host, life: hosts[host].life))
    }

    mutating func connectSupervisor(_ host: Int, _ life: UInt64) {
        guard hosts[host].life == life, hosts[host].worker != nil else { return }
        if !hosts[host].supervisor.isUp {
            hosts[host].supervisor.begin()
            for task in hosts[host].supervisor.tasks.values { checkEnd(of: task) }
            trace.fold("supervisor \(host) \(hosts[host].supervisor.life)")
        }
        hosts[host].supervisor.isConnected = true
        hosts[host].supervisor.reads = [:]
        if let told = hosts[host].supervisor.told {
            order(.command(.lease(contact: told.nanoseconds)), of: host)
        }
        order(.command(.hello), of: host)
    }

    /// The supervisor ends, and its commands with it.
    mutating func crashSupervisor(_ host: Int) {
        guard hosts[host].supervisor.isUp else { return }
        counts.supervisorCrashes += 1
        let wasConnected = hosts[host].supervisor.isConnected
        hosts[host].supervisor.crash(at: now)
        guard wasConnected, hosts[host].worker != nil else { return }
        report(.supervisorLost, of: host)
        reachSupervisor(host)
    }

    /// The worker says something to its supervisor.
    mutating func order(_ order: SupervisorOrder, of host: Int) {
        let supervisor = hosts[host].supervisor
        guard supervisor.isUp, supervisor.isConnected else { return }
        let at = max(supervisor.socketAt, now + .milliseconds(1))
        hosts[host].supervisor.socketAt = at
        queue.push(at, .toSupervisor(host: host, life: supervisor.life, order))
    }

    /// The supervisor, or the end of it, says something to the worker.
    mutating func report(_ event: WorkerEvent, of host: Int) {
        let at = max(hosts[host].supervisor.socketAt, now + .milliseconds(1))
        hosts[host].supervisor.socketAt = at
        queue.push(at, .fromSupervisor(host: host, life: hosts[host].life, event))
    }

    private mutating func tell(_ state: TaskState, of host: Int) {
        if hosts[host].supervisor.isConnected { report(.task(state), of: host) }
    }

    // MARK: Orders

    mutating func obey(_ host: Int, _ life: UInt64, _ order: SupervisorOrder) {
        guard hosts[host].supervisor.isUp, hosts[host].supervisor.life == life else { return }
        guard hosts[host].supervisor.pausedUntil <= now else {
            queue.push(
                hosts[host].supervisor.pausedUntil,
                .toSupervisor(host: host, life: life, order))
            return
        }
        switch order {
        case .start(let order, let rank): startTask(order, rank, on: host)
        case .command(.hello):
            let tasks = hosts[host].supervisor.tasks
            report(
                .supervised(
                    hosts[host].supervisor.taskOrder.compactMap { id in
                        tasks[id].map { SupervisedTask(state: $0.state, prepare: $0.order) }
                    }),
                of: host)
        case .command(.start): break
        case .command(.stop(let stop)): stopTask(stop, on: host)
        case .command(.forget(let id)):
            guard hosts[host].supervisor.tasks[id]?.isEnded ?? false else { break }
            hosts[host].supervisor.tasks[id] = nil
            hosts[host].supervisor.reads[id] = nil
        case .command(.read(let id, let from)): hosts[host].supervisor.reads[id] = from
        case .command(.lease(let contact)):
            let newest = LogicalInstant(nanoseconds: contact)
            let known = hosts[host].supervisor.contact
            hosts[host].supervisor.contact = max(known ?? newest, newest)
        }
        supervise(host)
    }

    private mutating func startTask(_ order: PrepareCommand, _ rank: Int, on host: Int) {
        let id = TaskID(attempt: order.attempt, rank: rank)
        if let known = hosts[host].supervisor.tasks[id] {
            tell(known.state, of: host)
            return
        }
        var task = SimulatedTask(order, rank: rank, at: now)
        let deadline = deadline(of: order, on: host)
        if let deadline, deadline <= hosts[host].clock.local(now) {
            task.refuse(
                .infrastructure, Reason(.hostLost, "the order came after its lease was over"))
        } else if task.program.kind == .absent {
            task.refuse(.job, Reason(.cannotStart, "there is no program \(order.work.line)"))
        } else {
            checkStart(of: task, on: host)
        }
        trace.fold("task \(id) \(task.isEnded)")
        hosts[host].supervisor.tasks[id] = task
        if task.isEnded { checkEnd(of: task) }
        tell(task.state, of: host)
    }

    /// By when nothing of a task may run, on the host's clock; `nil` without a lease.
    private func deadline(of order: PrepareCommand, on host: Int) -> LogicalInstant? {
        if plan.sabotage == .ignoresLeases { return nil }
        return hosts[host].supervisor.deadline(of: order)
    }

    private mutating func stopTask(_ stop: TaskStop, on host: Int) {
        guard let task = hosts[host].supervisor.tasks[stop.task] else { return }
        if !task.isEnded {
            hosts[host].supervisor.tasks[stop.task]?.stop(
                graceSeconds: stop.graceSeconds,
                afterSignal: stop.signal > 0 ? stop.signalGraceSeconds : 0, at: now)
        }
        if let state = hosts[host].supervisor.tasks[stop.task]?.state { tell(state, of: host) }
    }

    // MARK: Time

    mutating func superviseDue(_ host: Int, _ life: UInt64) {
        guard hosts[host].supervisor.isUp, hosts[host].supervisor.life == life,
            hosts[host].supervisor.wakeAt <= now
        else { return }
        let pausedUntil = hosts[host].supervisor.pausedUntil
        guard pausedUntil <= now else {
            hosts[host].supervisor.wakeAt = pausedUntil
            queue.push(pausedUntil, .supervise(host: host, life: life))
            return
        }
        supervise(host)
    }

    /// Ends what is due, answers what can be answered, and looks when to look again.
    private mutating func supervise(_ host: Int) {
        let clock = hosts[host].clock
        let local = clock.local(now)
        var next = LogicalInstant(nanoseconds: .max)
        for id in hosts[host].supervisor.taskOrder {
            guard var task = hosts[host].supervisor.tasks[id], !task.isEnded else { continue }
            if let deadline = deadline(of: task.order, on: host) {
                let grace = task.order.work.graceSeconds
                let reason = Reason(.hostLost, "no word with the scheduler for too long")
                if local >= deadline {
                    task.end(.infrastructure, reason, graceSeconds: 0, at: now)
                } else if task.killAt == nil, local >= deadline - .seconds(grace) {
                    task.end(.infrastructure, reason, graceSeconds: grace, at: now)
                    next = min(next, clock.global(deadline))
                } else {
                    next = min(
                        next,
                        clock.global(
                            task.killAt == nil ? deadline - .seconds(grace) : deadline))
                }
            }
            let hasEnded = task.advance(to: now)
            hosts[host].supervisor.tasks[id] = task
            if hasEnded {
                trace.fold("end \(id) \(task.state.code) \(task.state.signal)")
                checkEnd(of: task)
                tell(task.state, of: host)
            } else {
                next = min(next, task.diesAt, task.termAt ?? next, task.killAt ?? next)
            }
        }
        for id in hosts[host].supervisor.reads.keys.sorted() {
            if let later = answerRead(id, on: host) { next = min(next, later) }
        }
        guard next.nanoseconds < .max else { return }
        let wakeAt = max(next, now + .microseconds(10))
        hosts[host].supervisor.wakeAt = wakeAt
        queue.push(wakeAt, .supervise(host: host, life: hosts[host].supervisor.life))
    }

    /// Gives output to a question for it; without any, when there may be some.
    private mutating func answerRead(_ id: TaskID, on host: Int) -> LogicalInstant? {
        guard let from = hosts[host].supervisor.reads[id], hosts[host].supervisor.isConnected
        else { return nil }
        guard let task = hosts[host].supervisor.tasks[id] else {
            hosts[host].supervisor.reads[id] = nil
            report(
                .taskOutput(
                    TaskOutput(task: id, from: from, position: from, bytes: [], isAtEnd: true)),
                of: host)
            return nil
        }
        let bytes = task.output(at: now).dropFirst(Int(from))
        if bytes.isEmpty, !task.isEnded {
            let line = task.program.lines(after: now - task.startedAt) + 1
            return line > task.program.lines
                ? nil : task.startedAt + task.program.time(ofLine: line)
        }
        hosts[host].supervisor.reads[id] = nil
        report(
            .taskOutput(
                TaskOutput(
                    task: id, from: from, position: from, bytes: Array(bytes),
                    isAtEnd: task.isEnded && bytes.isEmpty)),
            of: host)
        return nil
    }

    // MARK: Folders and files

    mutating func folderMade(
        _ host: Int, _ life: UInt64, _ order: PrepareCommand, _ happening: Happening
    ) {
        guard hosts[host].life == life else { return }
        if isFaulty, random.happens(perMille: 40) {
            stepWorker(
                host, life,
                .commandRefused(
                    order.attempt, .infrastructure, Reason(.hostFault, "the disk is full")),
                happening)
        } else {
            checks.readied[order.attempt, default: []].insert(hosts[host].name)
            stepWorker(host, life, .folderMade(order.attempt), happening)
        }
    }

    mutating func collected(
        _ host: Int, _ life: UInt64, _ order: PrepareCommand, _ happening: Happening
    ) {
        guard hosts[host].life == life else { return }
        guard scheduler != nil else {
            // Tried again until the store is there.
            after(.milliseconds(500), happening)
            return
        }
        let archive =
            order.work.outputs.isEmpty
            ? nil : StoredArchive(digest: "files of \(order.attempt)", byteCount: 1)
        stepWorker(host, life, .collected(order.attempt, archive, nil), happening)
    }
}
