import ClusterVocabulary
import JobSpecification
import Search

/// Programs that evaluate trials themselves.
extension Experiments {
    mutating func onAsk(
        _ id: ExperimentID, _ count: Int, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let entry = found(id, &effects) else { return }
        let record = entry.record
        guard entry.isExternal else {
            effects.answer = .refused(
                Reason(
                    .conflict,
                    "the trials of \(record.fullName) are jobs; only experiments with"
                        + " template: {external: {}} give trials away"))
            return
        }
        guard record.state == .running else {
            effects.answer = .trials([], shortage: "\(record.reason)", isOver: true)
            return
        }
        let wanted = min(count, Experiments.mostAsked)
        let room = record.limits.parallel - record.counts[.running]
        let trials = room > 0 ? make(min(wanted, room), of: id, now, &effects) : []
        attentive.insert(id)
        var shortage = ""
        if trials.count < count {
            if let exhausted = entries[id]?.exhausted {
                shortage = exhausted
            } else if entries[id]?.freshTrials == 0 {
                shortage = "all \(record.limits.most) trials are given away"
            } else if wanted > room {
                shortage = "\(record.limits.parallel) trials run at most"
            } else {
                shortage = entries[id]?.record.reason.message ?? ""
            }
        }
        endWhenIdle(id, now, &effects)
        let isOver = entries[id]?.record.state != .running
        effects.answer = .trials(trials, shortage: shortage, isOver: isOver)
    }

    mutating func onTell(
        _ id: ExperimentID, _ number: UInt32, _ told: TrialTold, _ now: Int64,
        _ effects: inout ExperimentEffects
    ) {
        guard let entry = found(id, &effects) else { return }
        guard var trial = entry.active[number], trial.job.number == 0 else {
            let isKnown = number >= 1 && number < entry.record.nextTrial
            effects.answer = .refused(
                Reason(
                    isKnown ? .conflict : .notFound,
                    isKnown
                        ? "trial \(number) of \(entry.record.fullName) has ended, or is a job"
                        : "\(entry.record.fullName) has no trial \(number)"))
            return
        }
        if let failure = told.failure {
            trial.state = .failed
            trial.reason = Reason(.requested, failure)
            finish(trial, now, &effects)
            effects.answer = .told(stop: nil)
            return
        }
        if let step = told.step {
            let reason = judge(
                TrialReport(step: step, metrics: told.metrics), of: trial, now, &effects)
            effects.answer = .told(stop: reason)
            return
        }
        take(told.metrics, into: &trial)
        conclude(&trial)
        if trial.state == .succeeded, entry.pauses(trial) {
            pause(trial, now, &effects)
        } else {
            finish(trial, now, &effects)
        }
        effects.answer = .told(stop: nil)
    }

    mutating func onWake(_ now: Int64, _ effects: inout ExperimentEffects) {
        guard !attentive.isEmpty else { return }
        for id in attentive.sorted() {
            guard let entry = entries[id] else { continue }
            effects.starts += entry.unplaced.compactMap { number in
                entry.active[number].map { ExperimentEffects.Start(trial: $0) }
            }
            if !entry.isExternal, entry.unplaced.isEmpty { attentive.remove(id) }
            expire(entry, now, &effects)
        }
    }

    /// Gives up trials that a program took and never told.
    private mutating func expire(
        _ entry: ExperimentEntry, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        let seconds = entry.specification.externalSeconds
        guard entry.isExternal, seconds > 0 else { return }
        for number in entry.active.keys.sorted() {
            guard var trial = entry.active[number], now - trial.startedAt > seconds * 1_000 else {
                continue
            }
            trial.state = .failed
            trial.reason = Reason(.timeLimit, "not told within \(seconds) s of being given away")
            finish(trial, now, &effects)
        }
    }
}
