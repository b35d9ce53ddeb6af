import ClusterVocabulary
import JobSpecification
import Search

/// The life of trials: made, placed, reporting, ended.
extension Experiments {
    // MARK: Making

    /// Ends the experiment when it is done, otherwise makes as many trials as may run.
    mutating func advance(
        _ id: ExperimentID, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let entry = entries[id], entry.record.state == .running else { return }
        if let ending = ending(of: entry) {
            end(id, ending.state, ending.reason, now, &effects)
            return
        }
        guard !entry.isExternal else { return }
        let room = entry.record.limits.parallel - entry.record.counts[.running]
        guard room > 0 else { return }
        let made = make(room, of: id, now, &effects)
        effects.starts += made.map { ExperimentEffects.Start(trial: $0) }
        endWhenIdle(id, now, &effects)
    }

    /// Ends an experiment in which nothing runs and nothing more can be made.
    mutating func endWhenIdle(
        _ id: ExperimentID, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let entry = entries[id], entry.record.counts[.running] == 0 else { return }
        if entry.record.counts.all >= entry.record.limits.most {
            end(id, .succeeded, entry.completion, now, &effects)
        } else if let reason = entry.exhausted {
            end(id, .succeeded, Reason(.searchExhausted, reason), now, &effects)
        }
    }

    /// Asks the search for new trials and writes them down as running.
    mutating func make(
        _ count: Int, of id: ExperimentID, _ now: Int64, _ effects: inout ExperimentEffects
    ) -> [Trial] {
        guard var entry = entries[id] else { return [] }
        // Who waits at a rung may go on although nobody begins any more.
        let starts = entry.exhausted == nil ? entry.freshTrials : 0
        guard starts > 0 || !entry.paused.isEmpty,
            let batch = entry.search?.ask(count, mostStarts: starts)
        else { return [] }
        var trials: [Trial] = []
        for suggestion in batch.suggestions {
            guard let trial = entry.begin(suggestion, at: now) else { continue }
            trials.append(trial)
        }
        switch batch.shortage {
        case .exhausted(let reason): entry.exhausted = reason
        case .waiting(let reason) where starts > 0:
            entry.record.reason = Reason(.queued, reason)
        case .waiting: break
        case nil: entry.record.reason = .none
        }
        entries[id] = entry
        effects.trials += trials
        effects.changed.append(id)
        return trials
    }

    /// How an experiment ends now, if it does: goal, failures and the maximum, in this order.
    private func ending(
        of entry: ExperimentEntry
    ) -> (state: ExperimentState, reason: Reason)? {
        let record = entry.record
        if let objective = entry.objectives.first, objective.reachesGoal(record.bestValue) {
            return (
                .succeeded,
                Reason(
                    .goalReached,
                    "trial \(record.best) has \(objective.metric) \(record.bestValue)")
            )
        }
        if let most = record.limits.mostFailed, isOver(most, record.counts.failed, entry) {
            return (
                .failed,
                Reason(.tooManyFailures, "\(record.counts.failed) trials failed, \(most) may")
            )
        }
        if record.counts.ended >= record.limits.most {
            return (.succeeded, entry.completion)
        }
        return nil
    }

    /// Katib ends at the given number of failures, we end beyond it.
    private func isOver(_ most: Int, _ failed: Int, _ entry: ExperimentEntry) -> Bool {
        entry.specification.compatibility == .katib ? failed > 0 && failed >= most : failed > most
    }

    // MARK: Jobs

    mutating func onPlaced(
        _ id: ExperimentID, _ number: UInt32, _ job: JobID, _ effects: inout ExperimentEffects
    ) {
        guard var trial = entries[id]?.active[number] else {
            effects.stops.append(.init(job: job, reason: Reason(.requested, "its trial ended")))
            return
        }
        trial.job = job
        entries[id]?.active[number] = trial
        entries[id]?.unplaced.removeAll { $0 == number }
        trialOfJob[job] = TrialReference(experiment: id, number: number)
        effects.trials.append(trial)
    }

    mutating func onRefused(
        _ id: ExperimentID, _ number: UInt32, _ reason: Reason, _ isForGood: Bool, _ now: Int64,
        _ effects: inout ExperimentEffects
    ) {
        guard var trial = entries[id]?.active[number] else { return }
        guard isForGood else {
            if entries[id]?.unplaced.contains(number) == false {
                entries[id]?.unplaced.append(number)
            }
            attentive.insert(id)
            return
        }
        trial.state = .failed
        trial.reason = reason
        finish(trial, now, &effects)
    }

    mutating func onJob(
        _ record: JobRecord, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard record.state.isFinal, let place = trialOfJob[record.id],
            var trial = entries[place.experiment]?.active[place.number]
        else { return }
        switch record.state {
        case .succeeded:
            take(record.model?.metrics ?? record.commandState.metrics, into: &trial)
            conclude(&trial)
            if trial.state == .succeeded, entries[place.experiment]?.pauses(trial) == true {
                pause(trial, now, &effects)
                return
            }
        case .failed:
            trial.state = .failed
            trial.reason = record.reason
        default:
            trial.state = .cancelled
            trial.reason = record.reason
        }
        finish(trial, now, &effects)
    }

    mutating func onReport(
        _ job: JobID, _ report: TrialReport, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let place = trialOfJob[job],
            let trial = entries[place.experiment]?.active[place.number]
        else { return }
        _ = judge(report, of: trial, now, &effects)
    }

    /// Takes a report in; ends the trial when the early stopping says so, and gives the reason.
    mutating func judge(
        _ given: TrialReport, of running: Trial, _ now: Int64,
        _ effects: inout ExperimentEffects
    ) -> Reason? {
        var trial = running
        // After a restart of its trainer a job reports steps again it has reported before; what
        // is new at the last step belongs to it.
        let isSame = given.step == trial.lastStep
        let known = isSame ? trial.reports.last?.metrics ?? [] : []
        let fresh = given.metrics.filter { metric in !known.contains { $0.name == metric.name } }
        guard given.step >= trial.lastStep, !fresh.isEmpty else { return nil }
        let report = TrialReport(step: given.step, metrics: fresh)
        trial.lastStep = report.step
        take(report.metrics, into: &trial)
        trial.keep(report)
        entries[trial.experiment]?.active[trial.number] = trial
        effects.reported.append(trial)
        guard let metric = entries[trial.experiment]?.objectives.first?.metric,
            let value = report.metrics.first(where: { $0.name == metric })?.value,
            case .stop(let why)? = entries[trial.experiment]?.stopping?.report(
                trial: Int(trial.number) - 1, step: Int(clamping: report.step), value: value)
        else { return nil }
        trial.state = .stopped
        trial.reason = Reason(.stoppedEarly, why)
        if trial.job.number > 0 {
            effects.stops.append(.init(job: trial.job, reason: trial.reason))
        }
        finish(trial, now, &effects)
        return trial.reason
    }

    /// Updates a trial's metrics and objective values.
    func take(_ metrics: [Metric], into trial: inout Trial) {
        for metric in metrics {
            if let index = trial.metrics.firstIndex(where: { $0.name == metric.name }) {
                trial.metrics[index].value = metric.value
            } else if trial.metrics.count < Metric.most {
                let place = trial.metrics.firstIndex { $0.name > metric.name }
                trial.metrics.insert(metric, at: place ?? trial.metrics.endIndex)
            }
        }
        guard let objectives = entries[trial.experiment]?.objectives else { return }
        for (index, objective) in objectives.enumerated() where index < trial.values.count {
            guard let measured = metrics.first(where: { $0.name == objective.metric })
            else { continue }
            trial.values[index] = objective.value(
                after: trial.values[index], measured: measured.value)
        }
    }

    /// The state of a trial whose work ended well.
    func conclude(_ trial: inout Trial) {
        guard let objectives = entries[trial.experiment]?.objectives else { return }
        for (index, objective) in objectives.enumerated() where !trial.values[index].isFinite {
            let isKnown = trial.metrics.contains { $0.name == objective.metric }
            trial.state = .unavailable
            trial.reason = Reason(
                .metricUnavailable,
                isKnown
                    ? "\(objective.metric) is \(trial.values[index]) at the end"
                    : "\(objective.metric) was never reported")
            return
        }
        trial.state = .succeeded
        trial.reason = .none
    }

    // MARK: Ending

    /// Writes the end of a trial down, tells the search, and goes on.
    mutating func finish(
        _ trial: Trial, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        var trial = trial
        trial.finishedAt = now
        settle(trial, &effects)
        advance(trial.experiment, now, &effects)
    }

    /// A trial came to its rung: it waits there, and the search decides who goes on.
    mutating func pause(
        _ trial: Trial, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let rung = trial.rung else { return }
        var trial = trial
        trial.state = .paused
        trial.reason = Reason(.none, "waits at rung \(rung.rung), budget \(rung.budget)")
        trial.finishedAt = now
        trial.rungs.append(
            Trial.RungResult(
                rung: rung, job: trial.job, values: trial.values, decision: trial.decision,
                finishedAt: now))
        settle(trial, &effects)
        entries[trial.experiment]?.paused[trial.number] = trial
        advance(trial.experiment, now, &effects)
    }

    /// Takes a trial out of the active ones; counts it, ranks it, tells the search.
    private mutating func settle(_ trial: Trial, _ effects: inout ExperimentEffects) {
        guard var entry = entries[trial.experiment],
            entry.active.removeValue(forKey: trial.number) != nil
        else { return }
        if trial.job.number > 0 { trialOfJob[trial.job] = nil }
        entry.unplaced.removeAll { $0 == trial.number }
        entry.record.counts[.running] -= 1
        entry.record.counts[trial.state] += 1
        entry.rank(trial)
        if entry.isPopulation, trial.state == .succeeded { entry.jobs[trial.number] = trial.job }
        if let space = entry.search?.configuration.space,
            let assignment = entry.coordinates(trial, space)
        {
            let record = entry.record(trial, assignment)
            try? entry.search?.tell(record)
        }
        let place = Int(trial.number) - 1
        switch trial.state {
        case .succeeded: entry.stopping?.succeed(trial: place)
        case .stopped: break
        default: entry.stopping?.remove(trial: place)
        }
        entries[trial.experiment] = entry
        effects.trials.append(trial)
        effects.changed.append(trial.experiment)
    }

    /// Ends an experiment; its running trials end with it.
    mutating func end(
        _ id: ExperimentID, _ state: ExperimentState, _ reason: Reason, _ now: Int64,
        _ effects: inout ExperimentEffects
    ) {
        guard let entry = entries[id] else { return }
        for number in entry.active.keys.sorted() {
            guard var trial = entry.active[number] else { continue }
            trial.state = .cancelled
            trial.reason = Reason(
                .experimentEnded, "\(entry.record.fullName) ended: \(reason.description)")
            trial.finishedAt = now
            if trial.job.number > 0 {
                effects.stops.append(.init(job: trial.job, reason: trial.reason))
            }
            settle(trial, &effects)
        }
        guard var ended = entries[id] else { return }
        ended.record.state = state
        ended.record.reason = reason
        ended.record.finishedAt = now
        ended.search = nil
        ended.stopping = nil
        ended.unplaced = []
        ended.paused = [:]
        ended.values = [:]
        ended.jobs = [:]
        entries[id] = ended
        attentive.remove(id)
        effects.fact(
            .experimentEnded, ended, Reason(reason.code, "\(ended.record.fullName): \(reason)"),
            now)
    }
}

extension ExperimentEntry {
    /// How many trials may still begin.
    var freshTrials: Int { max(0, record.limits.most - record.counts.all) }

    /// The end of an experiment that made all its trials.
    var completion: Reason {
        let waiting = record.counts[.paused]
        let rest = waiting > 0 ? ", \(waiting) of them wait at a rung" : ""
        return Reason(.completed, "\(record.counts.all) trials are done\(rest)")
    }

    /// Writes a suggestion down: a fresh trial, or a paused one that goes on.
    mutating func begin(_ suggestion: Suggestion, at now: Int64) -> Trial? {
        guard suggestion.action == .resume else {
            let trial = trial(suggestion, at: now)
            active[trial.number] = trial
            record.nextTrial = trial.number + 1
            record.counts[.running] += 1
            return trial
        }
        let number = UInt32(clamping: suggestion.number + 1)
        guard var trial = paused.removeValue(forKey: number) else { return nil }
        trial.state = .running
        trial.reason = .none
        trial.job = JobID(0)
        trial.rung = suggestion.rung.map { Trial.Rung($0) }
        trial.decision = String(suggestion.reason.prefix(Trial.longestDecision / 4))
        trial.startedAt = now
        trial.finishedAt = 0
        for (index, objective) in objectives.enumerated() where objective.strategy == .last {
            trial.values[index] = .nan
        }
        active[number] = trial
        record.counts[.paused] -= 1
        record.counts[.running] += 1
        return trial
    }
}

extension Trial {
    /// Keeps a report; beyond the bound every second one is dropped, the first and the last stay.
    mutating func keep(_ report: TrialReport) {
        if let last = reports.indices.last, reports[last].step == report.step {
            reports[last].metrics += report.metrics
            return
        }
        reports.append(report)
        guard reports.count > Trial.mostReports else { return }
        let last = reports.count - 1
        reports = reports.enumerated().filter { $0.offset % 2 == 0 || $0.offset == last }
            .map(\.element)
    }
}
