import ClusterVocabulary
import ExperimentCore
import JobSpecification
import SchedulerCore

/// The jobs of trials.
extension Experiments {
    /// Renders a trial's job and submits it; a trial that paused, or that copies another, goes on
    /// from that one's state.
    mutating func place(
        _ trial: Trial, _ scheduler: inout Scheduler, _ effects: inout SchedulerEffects,
        _ moment: Moment
    ) -> ExperimentEffects {
        let now = moment.wallMilliseconds
        func refused(_ reason: Reason, isForGood: Bool = true) -> ExperimentEvent {
            .refused(trial.experiment, trial: trial.number, reason, isForGood: isForGood)
        }
        guard let record = record(of: trial.experiment),
            let specification = specification(of: trial.experiment),
            let template = specification.template
        else { return ExperimentEffects() }
        let submission: Submission
        let parent = trial.parent > 0 ? job(of: trial.parent, in: trial.experiment) : nil
        let work = TrialJob(
            trial: trial, record: record, specification: specification,
            before: trial.rungs.last?.job ?? parent)
        switch work.submission(template) {
        case .success(let made): submission = made
        case .failure(let refusal): return step(refused(refusal.reason), atWall: now)
        }
        var result = scheduler.step(.submit(submission, RequestToken(0)), at: moment)
        let answer = result.replies.first { $0.request == RequestToken(0) }?.answer
        result.replies.removeAll { $0.request == RequestToken(0) }
        effects.append(result)
        switch answer {
        case .accepted(let job, _, _)?:
            return step(.placed(trial.experiment, trial: trial.number, job), atWall: now)
        case .refused(let reason)?:
            let isForGood = reason.code != .diskFull && reason.code != .limitReached
            return step(refused(reason, isForGood: isForGood), atWall: now)
        case .done?, .assigned?, nil: return ExperimentEffects()
        }
    }
}

/// One trial as the job that evaluates it next.
private struct TrialJob {
    let trial: Trial
    let record: ExperimentRecord
    let specification: ExperimentSpecification
    /// The job it goes on from: of its own rung before, or of the trial it copies.
    let before: JobID?

    /// Why there is no job.
    struct Refusal: Error {
        let reason: Reason
    }

    func submission(_ template: TrialTemplate) -> Result<Submission, Refusal> {
        let labels = [
            Label(key: "mlctl.dev/experiment", value: record.fullName),
            Label(key: "mlctl.dev/trial", value: String(trial.number)),
        ]
        let name = "\(record.fullName)-\(Trial.suffix(trial.number))"
        let rendering = template.render(
            trial.assignments, of: specification.parameters, name: name,
            namespace: record.namespace, labels: labels,
            budget: trial.rung.flatMap { specification.budget($0.budget) })
        var submission: Submission
        if case .job(let job) = rendering, !specification.isCovered(job) {
            return .failure(
                Refusal(
                    reason: Reason(
                        .invalid,
                        "the values of the trial name other files than the template does: all"
                            + " trials read the same files")))
        }
        switch rendering {
        case .refused(let diagnostics):
            let first = diagnostics.first.map { "\($0.path): \($0.message)" } ?? "refused"
            return .failure(Refusal(reason: Reason(.invalid, first)))
        case .job(.trainJob(let job)):
            guard let made = training(job) else {
                return .failure(
                    Refusal(
                        reason: Reason(
                            .badData, "the template's data is not known by its digest")))
            }
            submission = made
            submission.resumes = before
        case .job(.command(let job)):
            if case .folder = job.workdir {
                return .failure(
                    Refusal(
                        reason: Reason(
                            .badData, "the template's workdir is not known by its digest")))
            }
            submission = Submission(
                namespace: record.namespace, name: record.fullName, user: record.user,
                labels: job.labels, idempotencyKey: "", specification: job.canonicalYAML(),
                work: .none(ranks: job.command.ranks), requirements: job.requirements,
                command: job.work,
                trial: TrialReference(experiment: trial.experiment, number: trial.number))
            if let first = trial.rungs.first?.job {
                submission.command?.checkpoint?.folderOf = first
            }
        }
        submission.owner = record.owner
        if !trial.rungs.isEmpty {
            submission.name = name
            submission.continuation = trial.rungs.count
        }
        return .success(submission)
    }

    private func training(_ job: TrainJobSpecification) -> Submission? {
        guard case .artifact(let data) = job.dataSource else { return nil }
        var requirements = job.requirements
        if job.modelName == job.name { requirements.modelName = record.name }
        var work = job.work(data: data)
        if let rung = trial.rung {
            // The last rung of a halving has nobody who goes on from it.
            let isLast = specification.algorithm.maximumBudget.map { rung.budget >= $0 } ?? false
            work.pauseEpoch = isLast && rung.budget >= work.epochs ? 0 : rung.budget
        }
        return Submission(
            namespace: record.namespace, name: record.fullName, user: record.user,
            labels: job.labels, idempotencyKey: "", specification: job.canonicalYAML(),
            work: work, requirements: requirements,
            trial: TrialReference(experiment: trial.experiment, number: trial.number))
    }
}
