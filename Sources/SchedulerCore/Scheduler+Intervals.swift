import ClusterVocabulary

/// `averaging.every: auto`: H is measured in the first rounds of two or more members, written down,
/// and used from a round that nobody has begun.
extension Scheduler {
    /// Looks at a member's figures; once they say enough, the members are stopped at a border and
    /// ``recordInterval(_:_:_:)`` follows when all have answered.
    mutating func considerInterval(
        _ job: JobID, _ figures: ExchangeFigures, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        guard let entry = jobs[job], entry.record.work.averaging.interval == .measured,
            entry.record.work.averaging.choice == nil, entry.measuredSteps == nil,
            case .training = entry.phase, entry.record.members.count > 1,
            figures.rounds >= configuration.measuredRounds,
            let wanted = figures.steps(forTarget: Double(entry.record.work.averaging.target))
        else { return }
        let steps = min(wanted, longestInterval(for: entry.record))
        jobs[job]?.measuredSteps = steps
        goOn(
            job,
            Reason(.starting, "averages every \(steps) steps from here on, as measured"), moment,
            &effects)
    }

    /// All members stand at a border: the measured H is written down from this round on, and said
    /// to them by a new term. True when it was.
    mutating func recordInterval(
        _ job: JobID, at round: Int64, _ moment: Moment, _ effects: inout SchedulerEffects
    ) -> Bool {
        guard var entry = jobs[job], let steps = entry.measuredSteps,
            entry.record.work.averaging.choice == nil
        else { return false }
        entry.measuredSteps = nil
        entry.record.work.averaging.choice = .init(round: max(round, 0), steps: steps)
        jobs[job] = entry
        effects.facts.append(
            LedgerFact(
                kind: .intervalChosen, job: job, at: moment.wallMilliseconds,
                reason: Reason(.none, "every \(steps) steps from round \(max(round, 0)) on"),
                metrics: [
                    Metric("round", Double(max(round, 0))), Metric("steps", Double(steps)),
                ],
                state: entry.record.state))
        effects.changedJobs.append(job)
        goOn(job, Reason(.starting, "the measured rounds begin"), moment, &effects)
        return true
    }

    /// An average at least once per pass over the rows, or every 64 steps of a small set.
    private func longestInterval(for record: JobRecord) -> Int {
        max(SchedulerConfiguration.longestPlannedInterval, stepsPerEpoch(of: record))
    }
}
