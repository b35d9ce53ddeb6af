import ClusterVocabulary

/// Checkpoints of running jobs: what a new try begins from when no trainer holds the state.
extension Scheduler {
    /// A node stored a checkpoint of the present try: the newest one counts, also while the job
    /// waits again; the one before, and what nobody needs, is removed.
    mutating func onCheckpointed(
        _ written: CheckpointWritten, from node: NodeID, _ moment: Moment,
        _ effects: inout SchedulerEffects
    ) {
        let job = written.attempt.job
        guard var entry = jobs[job], entry.attempt == written.attempt,
            !entry.record.state.isFinal,
            written.checkpoint.round > entry.record.checkpoint?.round ?? 0
        else {
            if written.checkpoint.digest != jobs[job]?.record.checkpoint?.digest {
                effects.discardedArtifacts.append(written.checkpoint.digest)
            }
            return
        }
        if let old = entry.record.checkpoint { effects.discardedArtifacts.append(old.digest) }
        entry.record.checkpoint = written.checkpoint
        if entry.record.state == .pending {
            entry.record.completeRounds = written.checkpoint.round
        }
        jobs[job] = entry
        effects.facts.append(
            LedgerFact(
                kind: .checkpointed, job: job, node: node.name, at: moment.wallMilliseconds,
                reason: Reason(.none, "after round \(written.checkpoint.round)"),
                metrics: [Metric("round", Double(written.checkpoint.round))],
                state: entry.record.state))
        effects.changedJobs.append(job)
    }

    /// No member holds a state although there is a checkpoint: the first member is asked to begin
    /// from it, by a new term. When it was asked already and answered without one, the checkpoint
    /// is of no use. True when a new term was proposed.
    mutating func askForCheckpoint(
        _ job: JobID, _ moment: Moment, _ effects: inout SchedulerEffects
    ) -> Bool {
        guard var entry = jobs[job],
            let checkpoint = entry.record.checkpoint ?? entry.record.beginning?.checkpoint
        else { return false }
        if !entry.beginsFromCheckpoint {
            jobs[job]?.beginsFromCheckpoint = true
            goOn(
                job,
                Reason(.starting, "begins from the checkpoint after round \(checkpoint.round)"),
                moment, &effects)
            return true
        }
        if entry.record.checkpoint == nil {
            // Not from its seed: what it goes on from is part of what it is.
            end(
                job, .failed, .failed,
                Reason(.notFound, "the state after round \(checkpoint.round) cannot be read"),
                moment, &effects)
            return true
        }
        entry.beginsFromCheckpoint = false
        entry.record.checkpoint = nil
        jobs[job] = entry
        effects.discardedArtifacts.append(checkpoint.digest)
        effects.facts.append(
            LedgerFact(
                kind: .checkpointed, job: job, at: moment.wallMilliseconds,
                reason: Reason(
                    .notFound,
                    "the checkpoint after round \(checkpoint.round) cannot be read; "
                        + "the job begins from "
                        + (entry.record.beginning == nil ? "its seed" : "where it went on")),
                state: entry.record.state))
        effects.changedJobs.append(job)
        return askForCheckpoint(job, moment, &effects)
    }

    /// Forgets the checkpoint of a job that needs none any more.
    func dropCheckpoint(_ record: inout JobRecord, _ effects: inout SchedulerEffects) {
        guard let checkpoint = record.checkpoint else { return }
        record.checkpoint = nil
        effects.discardedArtifacts.append(checkpoint.digest)
    }
}
