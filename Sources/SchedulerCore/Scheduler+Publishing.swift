import ClusterVocabulary

/// The finished model: one member stores it, then the job has succeeded.
extension Scheduler {
    mutating func onFinished(
        _ model: TrainedModel, _ status: AttemptStatus, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects, isRepeated: Bool
    ) {
        guard var entry = jobs[status.attempt.job] else { return }
        if entry.record.work.auditedRounds > 0 {
            // Its digests are what was asked for; the model of half a job is not.
            jobs[status.attempt.job]?.record.completeRounds = model.rounds
            end(
                status.attempt.job, .succeeded, .succeeded,
                Reason(.completed, "\(model.rounds) rounds done again"), moment, &effects)
            return
        }
        if case .publishing(let publisher) = entry.phase {
            if isRepeated, node == publisher { effects.send(.publish(status.attempt), to: node) }
            return
        }
        entry.finished = (node, model.weightsDigest)
        entry.phase = .publishing(node)
        entry.record.completeRounds = model.rounds
        jobs[status.attempt.job] = entry
        effects.send(.publish(status.attempt), to: node)
    }

    /// Whether a model is the one another member finished with; ends the job when it is not.
    mutating func agrees(
        _ model: TrainedModel, from node: NodeID, _ entry: JobEntry, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) -> Bool {
        guard let first = entry.finished, first.digest != model.weightsDigest else { return true }
        end(
            entry.record.id, .failed, .failed,
            Reason(
                .digestMismatch,
                "\(first.node) finished with \(first.digest), \(node) with \(model.weightsDigest)"),
            moment, &effects)
        return false
    }

    mutating func onPublished(
        _ model: TrainedModel, _ job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) {
        guard var entry = jobs[job] else { return }
        let name =
            entry.record.requirements.modelName.isEmpty
            ? entry.record.name : entry.record.requirements.modelName
        let nameKey = "\(entry.record.namespace)/\(name)"
        let version = (modelVersions[nameKey] ?? 0) + 1
        modelVersions[nameKey] = version
        entry.record.model = model
        entry.record.modelName = "\(name)@\(version)"
        entry.record.completeRounds = model.rounds
        let seconds = Double(moment.wallMilliseconds - entry.record.startedAt) / 1_000
        if let samples = model.metrics.first(where: { $0.name == "train.samples" })?.value,
            seconds > 0
        {
            entry.record.samplesPerSecond = samples / seconds
        }
        jobs[job] = entry
        effects.models.append(
            ModelRecord(
                namespace: entry.record.namespace, name: name, version: version,
                job: entry.record.id, model: model, createdAt: moment.wallMilliseconds))
        end(
            job, .succeeded, .succeeded,
            Reason(.completed, "model \(entry.record.modelName)"), moment, &effects)
    }
}
