import ClusterVocabulary
import JobSpecification
import Search

/// Requests of people: create, cancel, delete, change the limits.
extension Experiments {
    mutating func onCreate(
        _ submission: ExperimentSubmission, run: UInt32, known: [Trial], _ now: Int64,
        _ effects: inout ExperimentEffects
    ) {
        let specification = submission.specification
        let key = "\(specification.namespace)/\(submission.idempotencyKey)"
        if !submission.idempotencyKey.isEmpty, let id = experimentOfKey[key] {
            if let known = entries[id]?.record {
                effects.answer = .accepted(id, fullName: known.fullName, isRepeated: true)
            } else {
                let message = "experiment \(id) was accepted under this key and deleted since;"
                effects.answer = .refused(
                    Reason(.conflict, message + " submit again with another key"))
            }
            return
        }
        guard order.count < Experiments.most else {
            effects.answer = .refused(
                Reason(
                    .limitReached,
                    "there are \(Experiments.most) experiments already; delete some"))
            return
        }
        var record = ExperimentRecord(
            id: next, namespace: specification.namespace, name: specification.name, run: run,
            user: submission.user, labels: specification.labels,
            idempotencyKey: submission.idempotencyKey, limits: specification.limits,
            submittedAt: now)
        record.owner = submission.owner
        var entry = ExperimentEntry(record: record, specification: specification)
        if let problem = entry.open(trials: [], known: known) {
            effects.answer = .refused(Reason(.invalid, problem))
            return
        }
        next = ExperimentID(next.number + 1)
        lastRun["\(record.namespace)/\(record.name)"] = run
        if !submission.idempotencyKey.isEmpty { experimentOfKey[key] = record.id }
        entries[record.id] = entry
        order.append(record.id)
        effects.specifications.append(.init(experiment: record.id, text: submission.text))
        effects.fact(.experimentSubmitted, entry, Reason(.none, record.fullName), now)
        effects.answer = .accepted(record.id, fullName: record.fullName, isRepeated: false)
        advance(record.id, now, &effects)
    }

    mutating func onCancel(
        _ id: ExperimentID, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let entry = found(id, &effects) else { return }
        guard !entry.record.state.isFinal else {
            effects.answer = .refused(
                Reason(
                    .conflict,
                    "\(entry.record.fullName) ended already (\(entry.record.state.word))"))
            return
        }
        end(id, .cancelled, Reason(.requested, "cancelled on request"), now, &effects)
        effects.answer = .done(id)
    }

    mutating func onDelete(
        _ id: ExperimentID, _ now: Int64, _ effects: inout ExperimentEffects
    ) {
        guard let entry = found(id, &effects) else { return }
        guard entry.record.state.isFinal else {
            effects.answer = .refused(
                Reason(
                    .conflict,
                    "\(entry.record.fullName) is \(entry.record.state.word); cancel it first"))
            return
        }
        entries[id] = nil
        order.removeAll { $0 == id }
        attentive.remove(id)
        effects.deleted.append(id)
        effects.answer = .done(id)
    }

    mutating func onLimit(
        _ id: ExperimentID, _ limits: TrialLimits, _ trials: [Trial], _ now: Int64,
        _ effects: inout ExperimentEffects
    ) {
        guard var entry = found(id, &effects) else { return }
        if entry.record.state.isFinal {
            if let problem = obstacle(to: entry, with: limits) {
                effects.answer = .refused(Reason(.conflict, problem))
                return
            }
            if let problem = entry.open(trials: trials, known: []) {
                effects.answer = .refused(Reason(.invalid, problem))
                return
            }
            entry.record.state = .running
            entry.record.finishedAt = 0
            entry.record.resumptions += 1
            effects.fact(
                .experimentResumed, entry,
                Reason(.requested, "\(entry.record.fullName): up to \(limits.most) trials"), now)
        }
        entry.record.limits = limits
        entry.record.reason = .none
        entries[id] = entry
        effects.changed.append(id)
        effects.answer = .done(id)
        advance(id, now, &effects)
    }

    /// Why an ended experiment cannot go on with new limits; `nil` when it can.
    private func obstacle(to entry: ExperimentEntry, with limits: TrialLimits) -> String? {
        let record = entry.record
        if !entry.specification.isResumable {
            return "\(record.fullName) was submitted never to go on after its end (resume: never,"
                + " or Katib's resumePolicy: Never); submit it again with warmStart:"
                + " [\(record.fullName)]"
        }
        if record.counts.all >= limits.most {
            return "\(record.fullName) has \(record.counts.all) trials already; raise the maximum"
                + " above that"
        }
        if let most = limits.mostFailed, record.counts.failed > most {
            return "\(record.counts.failed) trials of \(record.fullName) failed, more than"
                + " maxFailed allows; raise it too"
        }
        if let objective = entry.objectives.first, objective.reachesGoal(record.bestValue) {
            return "\(record.fullName) has reached its goal (\(record.bestValue)); submit it again"
                + " with another goal and warmStart: [\(record.fullName)]"
        }
        return nil
    }

    /// The experiment, or the answer that there is none.
    func found(_ id: ExperimentID, _ effects: inout ExperimentEffects) -> ExperimentEntry? {
        guard let entry = entries[id] else {
            effects.answer = .refused(Reason(.notFound, "there is no experiment \(id)"))
            return nil
        }
        return entry
    }
}

extension ExperimentEntry {
    /// Builds the search from everything known; gives what stands in the way.
    mutating func open(trials: [Trial], known: [Trial]) -> String? {
        do {
            let configuration = try specification.searchConfiguration()
            var search = try SearchState(configuration)
            let foreign = known.compactMap { trial -> TrialRecord? in
                guard let assignment = coordinates(trial, configuration.space) else { return nil }
                return record(trial, assignment)
            }
            if !foreign.isEmpty { search.warmStart(with: foreign) }
            for point in specification.enqueued {
                guard let assignment = specification.assignment(point, in: configuration.space)
                else { continue }
                try search.enqueue(assignment)
            }
            stopping = try specification.earlyStoppingRule.map {
                try EarlyStopping($0, direction: configuration.directions[0])
            }
            for trial in trials {
                guard let suggestion = suggestion(trial, configuration.space) else { continue }
                try replay(trial, suggestion, &search)
                replay(trial)
            }
            self.search = search
            exhausted = nil
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Makes a trial known to the search again: its beginning, its pauses, its end.
    private mutating func replay(
        _ trial: Trial, _ beginning: Suggestion, _ search: inout SearchState
    ) throws {
        var suggestion = beginning
        try search.apply(.suggested(suggestion))
        for (index, result) in trial.rungs.enumerated() {
            try search.apply(.told(record(result, of: trial, suggestion.assignment)))
            let isLast = index + 1 == trial.rungs.count
            if isLast, trial.state == .paused { break }
            suggestion.action = .resume
            suggestion.origin = .promoted
            suggestion.rung = isLast ? trial.rung?.place : trial.rungs[index + 1].rung.place
            try search.apply(.suggested(suggestion))
        }
        switch trial.state {
        case .running: break
        case .paused: paused[trial.number] = trial
        case .succeeded, .failed, .stopped, .cancelled, .unavailable:
            try search.apply(.told(record(trial, suggestion.assignment)))
        }
        guard let value = trial.values.first, value.isFinite else { return }
        if specification.algorithm.isHalving, trial.state == .paused || trial.state == .succeeded {
            values[trial.number] = value
        }
        if isPopulation, trial.state == .succeeded { jobs[trial.number] = trial.job }
    }

    /// Makes a trial's reports known to the early stopping again; its decisions stand.
    private mutating func replay(_ trial: Trial) {
        let counts: [Trial.State] = [.running, .succeeded, .stopped, .paused]
        guard counts.contains(trial.state),
            let metric = objectives.first?.metric
        else { return }
        for report in trial.reports {
            guard let value = report.metrics.first(where: { $0.name == metric })?.value else {
                continue
            }
            _ = stopping?.report(
                trial: Int(trial.number) - 1, step: Int(clamping: report.step), value: value)
        }
        if trial.state == .succeeded { stopping?.succeed(trial: Int(trial.number) - 1) }
    }
}

extension ExperimentEffects {
    mutating func fact(
        _ kind: LedgerFact.Kind, _ entry: ExperimentEntry, _ reason: Reason, _ now: Int64
    ) {
        facts.append(
            LedgerFact(
                kind: kind, at: now, reason: reason,
                metrics: [Metric("experiment", Double(entry.record.id.number))]))
        changed.append(entry.record.id)
    }
}
