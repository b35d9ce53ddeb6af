import ClusterVocabulary

/// Requests of people: submit, cancel, delete, suspend.
extension Scheduler {
    mutating func onSubmit(
        _ submission: Submission, _ request: RequestToken, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let key = "\(submission.namespace)/\(submission.idempotencyKey)"
        if !submission.idempotencyKey.isEmpty, let known = jobOfKey[key] {
            if let record = jobs[known]?.record {
                guard record.asks(for: submission) else {
                    effects.refuse(
                        request, .conflict,
                        "\(record.fullName) was accepted under this key with another spec; "
                            + "submit again with another key")
                    return
                }
                effects.reply(
                    .accepted(known, fullName: record.fullName, isRepeated: true), to: request)
            } else {
                effects.refuse(
                    request, .conflict,
                    "job \(known) was accepted under this key and deleted since; "
                        + "submit again with another key")
            }
            return
        }
        if isDiskBelowFloor {
            effects.refuse(
                request, .diskFull,
                "the scheduler's disk is below its floor of free space; free some and submit again")
            return
        }
        if waiting.count + running.count >= configuration.mostActiveJobs {
            effects.refuse(
                request, .limitReached,
                "\(configuration.mostActiveJobs) jobs wait or run already; wait for some to end")
            return
        }
        let paused = submission.resumes.flatMap { jobs[$0]?.record }
        if let job = submission.resumes, paused?.model?.state == nil {
            effects.refuse(
                request, .notFound,
                "the state of job \(job), which this one goes on from, is gone")
            return
        }
        accept(submission, goingOnFrom: paused, request, moment, &effects)
    }

    /// Gives a submission its number and puts it among the waiting jobs.
    private mutating func accept(
        _ submission: Submission, goingOnFrom paused: JobRecord?, _ request: RequestToken,
        _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        let key = "\(submission.namespace)/\(submission.idempotencyKey)"
        let id = nextJob
        nextJob = JobID(id.number + 1)
        let nameKey = "\(submission.namespace)/\(submission.name)"
        let isFirst = submission.continuation == 0
        let number = isFirst ? submission.trial?.number : nil
        let run = number ?? (lastRun[nameKey] ?? 0) + 1
        lastRun[nameKey] = max(run, lastRun[nameKey] ?? 0)
        if !submission.idempotencyKey.isEmpty { jobOfKey[key] = id }
        var record = JobRecord(
            id: id, namespace: submission.namespace, name: submission.name, run: run,
            user: submission.user, labels: submission.labels,
            idempotencyKey: submission.idempotencyKey, work: submission.work,
            requirements: submission.requirements, submittedAt: moment.wallMilliseconds)
        record.trial = submission.trial
        record.owner = submission.owner
        record.continuation = submission.continuation
        if let paused { record.goOn(from: paused) }
        record.command = submission.command
        record.reason =
            submission.requirements.isSuspended
            ? Reason(.suspended, "runPolicy.suspend is true")
            : Reason(.queued, "waits for its turn")
        jobs[id] = JobEntry(record: record)
        wait(id)
        effects.facts.append(
            LedgerFact(
                kind: .submitted, job: id, at: moment.wallMilliseconds,
                reason: Reason(.none, record.fullName), state: .pending))
        effects.changedJobs.append(id)
        effects.specifications.append(.init(job: id, text: submission.specification))
        effects.reply(.accepted(id, fullName: record.fullName, isRepeated: false), to: request)
    }

    mutating func onCancel(
        _ job: JobID, _ request: RequestToken, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job] else {
            effects.refuse(request, .notFound, "there is no job \(job)")
            return
        }
        if entry.record.state.isFinal {
            effects.refuse(
                request, .conflict,
                "\(entry.record.fullName) ended already (\(entry.record.state.word))")
            return
        }
        if entry.commandRun != nil {
            cancelCommand(job, moment, &effects)
        } else {
            end(
                job, .cancelled, .cancelled, Reason(.requested, "cancelled on request"), moment,
                &effects)
        }
        effects.reply(.done(job), to: request)
    }

    mutating func onStopTrial(
        _ job: JobID, _ reason: Reason, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], !entry.record.state.isFinal else { return }
        if entry.commandRun != nil {
            guard entry.record.commandState.ending == nil else { return }
            beginEnding(job, CommandEnding(.cancel, reason), moment, &effects)
            return
        }
        end(job, .cancelled, .cancelled, reason, moment, &effects)
    }

    mutating func onDelete(
        _ job: JobID, _ request: RequestToken, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job] else {
            effects.refuse(request, .notFound, "there is no job \(job)")
            return
        }
        guard entry.record.state.isFinal else {
            effects.refuse(
                request, .conflict,
                "\(entry.record.fullName) is \(entry.record.state.word); cancel it first")
            return
        }
        forget(job, Reason(.requested, "deleted on request"), moment, &effects)
        effects.reply(.done(job), to: request)
    }

    mutating func onSuspend(
        _ job: JobID, _ isSuspended: Bool, _ request: RequestToken, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job] else {
            effects.refuse(request, .notFound, "there is no job \(job)")
            return
        }
        if entry.record.state == .running, isSuspended, entry.commandRun == nil {
            suspendRunning(job, moment, &effects)
            effects.reply(.done(job), to: request)
            return
        }
        guard entry.record.state == .pending else {
            effects.refuse(
                request, .conflict,
                "\(entry.record.fullName) is \(entry.record.state.word); only waiting and running "
                    + "jobs can be suspended, only waiting ones resumed")
            return
        }
        entry.record.requirements.isSuspended = isSuspended
        entry.record.reason =
            isSuspended
            ? Reason(.suspended, "suspended on request") : Reason(.queued, "resumed on request")
        jobs[job] = entry
        wait(job)
        effects.facts.append(
            LedgerFact(
                kind: .suspensionChanged, job: job, at: moment.wallMilliseconds,
                reason: entry.record.reason, state: .pending))
        effects.changedJobs.append(job)
        effects.reply(.done(job), to: request)
    }

    /// Takes a running job from its nodes; resumed, it goes on from its newest checkpoint.
    private mutating func suspendRunning(
        _ job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        jobs[job]?.record.requirements.isSuspended = true
        let round = jobs[job]?.record.checkpoint?.round
        let place = round.map { "its checkpoint after round \($0)" } ?? "its seed"
        requeue(
            job, Reason(.suspended, "suspended on request; it goes on from \(place)"), moment,
            &effects)
    }

    /// Puts a job among the waiting ones, in the line of its present needs.
    mutating func wait(_ job: JobID) {
        guard let entry = jobs[job] else { return }
        waiting.remove(job)
        resting.removeAll { $0 == job }
        if entry.notBefore != nil {
            resting.insert(job, at: resting.firstIndex { $0 > job } ?? resting.endIndex)
        }
        if let line = waiting.insert(job, entry) { freshLines.append(line) }
    }

    /// Lets jobs whose pause has passed be placed again.
    mutating func wakeResting(_ moment: Moment) {
        for job in resting {
            guard let until = jobs[job]?.notBefore, until <= moment.instant else { continue }
            jobs[job]?.notBefore = nil
            jobs[job]?.record.reason = Reason(.queued, "waits for its turn")
            wait(job)
            needsPlacement = true
        }
    }

    /// Ends a job: frees its lanes, tells its nodes, writes it down.
    mutating func end(
        _ job: JobID, _ state: JobState, _ kind: LedgerFact.Kind, _ reason: Reason,
        _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job] else { return }
        precondition(
            entry.record.state.canBecome(state),
            "job \(job) cannot go from \(entry.record.state) to \(state)")
        for member in entry.record.members {
            effects.send(.release(entry.attempt), to: member.node)
        }
        if entry.record.state == .running { needsPlacement = true }
        freeLanes(of: job)
        if let progress = entry.progress {
            entry.keepFigures(of: progress)
            entry.record.completeRounds = max(
                entry.record.completeRounds, progress.completeRounds)
        }
        entry.record.computedBy = entry.record.members.map(\.node)
        entry.record.members = []
        entry.record.state = state
        entry.record.reason = reason
        entry.record.finishedAt = moment.wallMilliseconds
        // What failed may be looked at, or gone on with.
        if state != .failed { dropCheckpoint(&entry.record, &effects) }
        entry.phase = .idle
        entry.giveUpAt = nil
        entry.progress = nil
        entry.avoided = [:]
        entry.notBefore = nil
        entry.record.commandState.ending = nil
        jobs[job] = entry
        waiting.remove(job)
        resting.removeAll { $0 == job }
        running.removeAll { $0 == job }
        limited.removeAll { $0 == job }
        expiring.insert(entry.record)
        effects.facts.append(
            LedgerFact(
                kind: kind, job: job, at: moment.wallMilliseconds, reason: reason,
                metrics: entry.record.model?.metrics ?? entry.record.commandState.metrics,
                state: state))
        effects.changedJobs.append(job)
    }

    /// Removes an ended job from view; the ledger keeps a tombstone and its facts.
    mutating func forget(
        _ job: JobID, _ reason: Reason, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs.removeValue(forKey: job) else { return }
        dropCheckpoint(&entry.record, &effects)
        effects.facts.append(
            LedgerFact(
                kind: .deleted, job: job, at: moment.wallMilliseconds, reason: reason,
                state: entry.record.state))
        effects.deletedJobs.append(job)
        effects.finalRecords.append(entry.record)
    }
}

extension JobRecord {
    /// Begins with the state of a paused job, under what was frozen for that one.
    fileprivate mutating func goOn(from paused: JobRecord) {
        guard let state = paused.model?.state else { return }
        beginning = TrainingBeginning(job: paused.id, checkpoint: state)
        coreType = paused.coreType
        fingerprint = paused.fingerprint
        work.stepsPerRound = paused.work.stepsPerRound
        work.averaging.choice = paused.work.averaging.choice
    }

    /// Whether the job is what the submission asks for; H may have been chosen since.
    fileprivate func asks(for submission: Submission) -> Bool {
        var asked = submission.work
        if asked.stepsPerRound == 0 { asked.stepsPerRound = work.stepsPerRound }
        if asked.averaging.choice == nil { asked.averaging.choice = work.averaging.choice }
        var wanted = submission.requirements
        wanted.isSuspended = requirements.isSuspended
        return name == submission.name && work == asked && command == submission.command
            && requirements == wanted
    }
}
