import ClusterVocabulary
import Determinism

/// Command jobs: all ranks of a try together, from their first order to their common end.
///
/// preparing ──all ready──▶ running ──all succeeded──▶ job succeeded
///     └────────┬──────────────┘
///        a failure, a request, a lost host ──▶ ending ──all gone──▶ failed, cancelled, or waiting
/// A try is over only when no process of it is left anywhere, or its host's lease is: so two copies
/// never run at once.
extension Scheduler {
    /// Starts a try on members whose room was found; ranks go to them in order.
    mutating func startCommand(
        _ job: JobID, _ members: [(node: NodeID, lanes: Int)], _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job] else { return }
        entry.record.state = .running
        entry.record.attempt += 1
        entry.record.term = entry.record.term.next
        if entry.record.startedAt == 0 { entry.record.startedAt = moment.wallMilliseconds }
        entry.record.reason = Reason(.starting, "ranks are being readied")
        entry.record.commandState.exit = nil
        entry.record.commandState.outputs = []
        entry.record.commandState.ending = nil
        entry.record.commandState.metrics = []
        entry.record.commandState.measurements = 0
        entry.record.commandState.measuredPosition = 0
        var next = 0
        entry.record.members = members.map { member in
            defer { next += member.lanes }
            return TermMember(
                node: member.node, firstReplica: next, endReplica: next + member.lanes,
                lanes: member.lanes, exchange: .none)
        }
        let limit = entry.record.requirements.timeLimitSeconds
        if limit > 0, entry.timeLimitAt == nil {
            entry.timeLimitAt = moment.instant + .seconds(limit)
            limited.append(job)
        }
        entry.phase = .command(CommandRun())
        entry.avoided = entry.avoided.filter { $0.value > moment.instant }
        entry.progress = nil
        entry.progressNode = nil
        jobs[job] = entry
        waiting.remove(job)
        running.insert(job, at: running.firstIndex { $0 > job } ?? running.endIndex)
        for member in members { takeLanes(member.lanes, for: job, on: member.node) }
        effects.facts.append(
            LedgerFact(
                kind: .attemptStarted, job: job, at: moment.wallMilliseconds,
                reason: Reason(
                    .starting,
                    "try \(entry.record.attempt) on "
                        + members.map(\.node.name).joined(separator: ", ")),
                metrics: [Metric("attempt", Double(entry.record.attempt))], state: .running))
        effects.changedJobs.append(job)
        for member in members { sendOrder(job, to: member.node, &effects) }
    }

    /// Says the order of the present try to a member, once more or for the first time.
    func sendOrder(_ job: JobID, to node: NodeID, _ effects: inout SchedulerEffects) {
        guard let entry = jobs[job], let work = entry.record.command else { return }
        let hosts = entry.record.members.map { member in
            CommandHost(
                node: member.node,
                address: nodes[member.node]?.record.description.address ?? "",
                firstRank: member.firstReplica, endRank: member.endReplica)
        }
        effects.send(
            .prepareCommand(
                PrepareCommand(
                    attempt: entry.attempt, jobName: entry.record.fullName,
                    user: entry.record.user, work: work,
                    perRank: entry.record.requirements.perLane, hosts: hosts,
                    startsAtOnce: hosts.count == 1, owner: entry.record.owner)),
            to: node)
        if entry.commandRun?.hasStarted ?? false {
            effects.send(.startCommand(entry.attempt), to: node)
        }
    }

    /// A node's word on one try; with `isRepeated` from a heartbeat, otherwise at a change.
    mutating func onCommandStatus(
        _ status: CommandStatus, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects, isRepeated: Bool
    ) {
        let job = status.attempt.job
        guard var entry = jobs[job], entry.attempt == status.attempt, entry.isMember(node),
            entry.record.state == .running, var run = entry.commandRun
        else {
            // An ended job, an old try, or a node that is no member any more.
            effects.send(.release(status.attempt), to: node)
            return
        }
        // A late word must not raise the dead: a try on a node goes forward only.
        if run.isOver(on: node) { return }
        let before = run.statuses[node]
        run.statuses[node] = status
        run.missingSince[node] = nil
        // One that has ended well ran: the others may start, whatever this life said before.
        if status.phase >= .running, status.failure == nil { run.hasStarted = true }
        entry.phase = .command(run)
        jobs[job] = entry
        if entry.record.commandState.ending != nil {
            if status.phase != .ended, isRepeated || before == nil {
                stopRanks(of: job, on: node, &effects)
            }
            conclude(job, moment, &effects)
            return
        }
        if let failure = status.failure {
            ranksFailed(failure, status, on: node, moment, &effects)
            return
        }
        switch status.phase {
        case .preparing, .stopping: break
        case .prepared: onPrepared(job, node, &effects, isRepeated: isRepeated)
        case .running:
            guard entry.record.reason.code == .starting,
                entry.record.members.allSatisfy({
                    (run.statuses[$0.node]?.phase ?? .preparing) >= .running
                })
            else { return }
            jobs[job]?.record.reason = .none
            effects.changedJobs.append(job)
        case .ended: conclude(job, moment, &effects)
        }
    }

    /// One more node is ready: with the last of them all start.
    private mutating func onPrepared(
        _ job: JobID, _ node: NodeID, _ effects: inout SchedulerEffects, isRepeated: Bool
    ) {
        guard let entry = jobs[job], var run = entry.commandRun else { return }
        if run.hasStarted {
            if isRepeated { effects.send(.startCommand(entry.attempt), to: node) }
            return
        }
        let isReady = entry.record.members.allSatisfy {
            run.statuses[$0.node]?.phase == .prepared
        }
        guard isReady else { return }
        run.hasStarted = true
        jobs[job]?.phase = .command(run)
        for member in entry.record.members {
            effects.send(.startCommand(entry.attempt), to: member.node)
        }
    }

    /// A rank failed: decides what follows once the others are gone too.
    private mutating func ranksFailed(
        _ failure: FailureClass, _ status: CommandStatus, on node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let job = status.attempt.job
        guard let work = jobs[job]?.record.command else { return }
        // Durable with the decision it causes: the node may never be able to repeat it.
        if failure != .infrastructure, let exit = status.exit {
            jobs[job]?.record.commandState.exit = exit
        }
        switch failure {
        case .job:
            beginEnding(
                job, CommandEnding(.fail, status.reason, node: node.name), moment, &effects)
        case .program:
            let failures = (jobs[job]?.record.failures ?? 0) + 1
            jobs[job]?.record.failures = failures
            let kind: CommandEnding.Kind = failures > work.programRetries ? .fail : .retry
            beginEnding(
                job, CommandEnding(kind, status.reason, node: node.name), moment, &effects)
        case .infrastructure: hostFailed(job, node, status.reason, moment, &effects)
        }
    }

    /// A host failed the try: tried again elsewhere while that is allowed.
    mutating func hostFailed(
        _ job: JobID, _ node: NodeID, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], let work = entry.record.command else { return }
        let failures = entry.record.commandState.infrastructureFailures + 1
        jobs[job]?.record.commandState.infrastructureFailures = failures
        jobs[job]?.avoided[node] = moment.instant + configuration.hostFaultPause
        var (kind, told) = (CommandEnding.Kind.retry, reason)
        if isRefusedEverywhere(entry, node, reason.code) {
            kind = .fail
            told = Reason(
                reason.code,
                "\(reason.message); every node that could run the job has refused it so")
        } else if failures > work.infrastructureRetries {
            kind = .fail
        }
        beginEnding(job, CommandEnding(kind, told, node: node.name), moment, &effects)
    }

    /// Whether every node that could run a job has refused it for the same want, which a person has
    /// to bring there: no further try finds it.
    private func isRefusedEverywhere(
        _ entry: JobEntry, _ refusing: NodeID, _ code: Reason.Code
    ) -> Bool {
        guard code == .secretMissing || code == .noHostUser else { return false }
        var refused: Set<String> = [refusing.name]
        for past in entry.record.history where past.reason.code == code {
            refused.insert(past.node)
        }
        return nodeOrder.allSatisfy { id in
            guard let node = nodes[id], node.record.state != .left,
                node.record.description.runsCommands,
                entry.record.owner.mayRun(underWorkerOf: node.record.description.workerUser)
            else { return true }
            return refused.contains(id.name)
        }
    }

    /// Ends all ranks of the try; what follows is written down before anybody is told.
    mutating func beginEnding(
        _ job: JobID, _ ending: CommandEnding, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job], entry.commandRun != nil else { return }
        entry.record.commandState.ending = ending
        entry.record.reason = Reason(
            .stopping, "ranks are being ended: \(ending.reason)")
        jobs[job] = entry
        effects.facts.append(
            LedgerFact(
                kind: .attemptEnding, job: job, node: ending.node, at: moment.wallMilliseconds,
                reason: ending.reason,
                metrics: [Metric("attempt", Double(entry.record.attempt))], state: .running))
        effects.changedJobs.append(job)
        for member in entry.record.members
        where !(entry.commandRun?.isOver(on: member.node) ?? true) {
            stopRanks(of: job, on: member.node, &effects)
        }
        conclude(job, moment, &effects)
    }

    /// Tells a member to end its ranks.
    func stopRanks(
        of job: JobID, on node: NodeID, graceSeconds: Int64? = nil,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], let work = entry.record.command else { return }
        effects.send(
            .stopCommand(
                StopCommand(
                    attempt: entry.attempt, graceSeconds: graceSeconds ?? work.graceSeconds)),
            to: node)
    }

    /// A person ends a command job that runs; asked twice, without grace.
    mutating func cancelCommand(
        _ job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job] else { return }
        if entry.record.commandState.ending?.kind == .cancel {
            for member in entry.record.members {
                stopRanks(of: job, on: member.node, graceSeconds: 0, &effects)
            }
            return
        }
        beginEnding(
            job, CommandEnding(.cancel, Reason(.requested, "cancelled on request")), moment,
            &effects)
    }
}
