import ClusterVocabulary
import Determinism

/// Members lost, trainers failed, jobs sent back to waiting.
extension Scheduler {
    /// Whether a member can be expected to answer: its node is heard, or awaited after a start.
    func stands(_ member: TermMember) -> Bool {
        let state = nodes[member.node]?.record.state
        return state == .ready || state == .awaited
    }

    /// The members that can answer again under a new term; without any the job starts anew.
    mutating func goOn(
        _ job: JobID, without excluded: NodeID? = nil, blaming node: NodeID? = nil,
        _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job] else { return }
        let staying = entry.record.members.filter { stands($0) && $0.node != excluded }
        guard !staying.isEmpty else {
            requeue(job, reason, moment, &effects)
            return
        }
        remember(reason, node: node?.name ?? "", of: job, moment)
        propose(
            job, members: staying.map { ($0.node, $0.lanes) }, because: reason, moment, &effects)
    }

    /// Whether members of a term that began a while ago have not completed a round together.
    func madeNoRound(_ job: JobID, since go: GoTraining, _ status: AttemptStatus) -> Bool {
        guard let entry = jobs[job], entry.record.members.count > 1 else { return false }
        let known = max(status.completeRounds, entry.progress?.completeRounds ?? -1)
        return known <= go.startRound
    }

    /// A member waited in vain for frames of others that the scheduler hears well: a link between
    /// them is cut. The job goes on without it, or, when it alone holds the state, without those
    /// that could not get it; the others are left alone by this job for a while.
    mutating func part(
        _ job: JobID, complaint node: NodeID, _ go: GoTraining, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job] else { return }
        let standing = entry.record.members.filter { stands($0) }
        let others = standing.filter { $0.node != node }
        let isKept =
            go.startRound == 0 || others.contains { entry.stateHolders.contains($0.node) }
        let staying =
            isKept ? others : standing.filter { entry.stateHolders.contains($0.node) }
        let reason = Reason(.silent, "\(node) hears nothing of the other members")
        guard !staying.isEmpty, staying.count < entry.record.members.count else {
            goOn(job, reason, moment, &effects)
            return
        }
        for member in standing where !staying.contains(where: { $0.node == member.node }) {
            jobs[job]?.avoided[member.node] = moment.instant + configuration.exchangeFaultPause
        }
        remember(reason, node: node.name, of: job, moment)
        propose(
            job, members: staying.map { ($0.node, $0.lanes) }, because: reason, moment, &effects)
    }

    /// A node is heard again: jobs that wait for all their members get the others' decision soon.
    mutating func onReturn(
        of node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let held = nodes[node]?.lanes.keys.sorted() else { return }
        for job in held {
            commandHostReturned(job, &effects)
            guard let entry = jobs[job], let giveUpAt = entry.giveUpAt else { continue }
            if entry.record.members.allSatisfy({ stands($0) }) {
                jobs[job]?.giveUpAt = nil
                jobs[job]?.record.reason = .none
                effects.changedJobs.append(job)
            } else {
                jobs[job]?.giveUpAt = min(giveUpAt, moment.instant + configuration.suspectAfter)
            }
        }
    }

    /// A heartbeat does not list an attempt its node should hold.
    mutating func onNotHeld(
        _ job: JobID, by node: NodeID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], entry.isMember(node) else { return }
        switch entry.phase {
        case .idle, .command: break
        case .proposed:
            askAgain(job, node, &effects)
        case .publishing(let publisher) where publisher != node: break
        case .training, .publishing:
            goOn(
                job, Reason(.trainerDied, "\(node) does not hold the job any more"), moment,
                &effects)
        }
    }

    /// A member is gone: the others go on; without others the job waits or starts anew.
    mutating func memberLost(
        _ job: JobID, _ node: NodeID, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], entry.record.state == .running else { return }
        if entry.commandRun != nil {
            commandHostSilent(job, node, reason, moment, &effects)
            return
        }
        let survivors = entry.record.members.filter { nodes[$0.node]?.isReady ?? false }
        if !survivors.isEmpty {
            remember(reason, node: node.name, of: job, moment)
            propose(
                job, members: survivors.map { ($0.node, $0.lanes) }, because: reason, moment,
                &effects)
            return
        }
        let mayReturn = entry.record.members.contains { member in
            guard let state = nodes[member.node]?.record.state else { return false }
            return state == .suspect || state == .awaited
        }
        if mayReturn {
            jobs[job]?.giveUpAt = moment.instant + configuration.lostAfter
            jobs[job]?.record.reason = reason
            effects.changedJobs.append(job)
        } else {
            requeue(job, reason, moment, &effects)
        }
    }

    /// Back to waiting: the state is gone with its holders, the next attempt starts from the newest
    /// checkpoint, or from the seed.
    mutating func requeue(
        _ job: JobID, _ reason: Reason, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job], entry.record.state == .running else { return }
        remember(reason, node: "", of: job, moment)
        entry = jobs[job] ?? entry
        entry.record.completeRounds = entry.record.checkpoint?.round ?? 0
        if let progress = entry.progress { entry.keepFigures(of: progress) }
        entry.measuredSteps = nil
        entry.finished = nil
        entry.giveUpAt = nil
        putBack(job, as: entry, reason, moment, &effects)
    }

    /// Puts a job that ran back among those that wait, as `changed`; its members are told, and
    /// their lanes are free.
    mutating func putBack(
        _ job: JobID, as changed: JobEntry, _ reason: Reason, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        var entry = changed
        for member in entry.record.members {
            effects.send(.release(entry.attempt), to: member.node)
        }
        freeLanes(of: job)
        entry.record.members = []
        entry.record.state = .pending
        entry.record.reason = reason
        entry.phase = .idle
        entry.progress = nil
        jobs[job] = entry
        running.removeAll { $0 == job }
        wait(job)
        needsPlacement = true
        effects.facts.append(
            LedgerFact(
                kind: .requeued, job: job, at: moment.wallMilliseconds, reason: reason,
                state: .pending))
        effects.changedJobs.append(job)
    }

    /// A trainer ended badly: the job's own fault ends it, anything else is tried again.
    mutating func trainerFailed(
        _ status: AttemptStatus, on node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects, isRepeated: Bool
    ) {
        let job = status.attempt.job
        guard let entry = jobs[job] else { return }
        if status.failure == .job {
            end(job, .failed, .failed, status.reason, moment, &effects)
            return
        }
        guard status.term == entry.record.term else {
            // Answered by the present term already: one failure counts once.
            if isRepeated, status.term < entry.record.term { askAgain(job, node, &effects) }
            return
        }
        if status.failure == .infrastructure {
            jobs[job]?.avoided[node] = moment.instant + configuration.hostFaultPause
            goOn(job, without: node, blaming: node, status.reason, moment, &effects)
            return
        }
        let failures = entry.record.failures + 1
        jobs[job]?.record.failures = failures
        guard failures <= entry.record.requirements.backoffLimit else {
            end(
                job, .failed, .failed,
                Reason(
                    .backoffLimit,
                    "\(failures) trainer failures, runPolicy.backoffLimit is "
                        + "\(entry.record.requirements.backoffLimit); the last on \(node): "
                        + status.reason.message),
                moment, &effects)
            return
        }
        goOn(job, blaming: node, status.reason, moment, &effects)
    }

    mutating func remember(
        _ reason: Reason, node: String, of job: JobID, _ moment: Moment
    ) {
        guard var record = jobs[job]?.record else { return }
        record.history.append(
            AttemptHistory(
                attempt: record.attempt, term: record.term, endedAt: moment.wallMilliseconds,
                node: node, reason: reason))
        if record.history.count > JobRecord.mostHistory {
            record.history.removeFirst(record.history.count - JobRecord.mostHistory)
        }
        jobs[job]?.record.history = record.history
    }
}
