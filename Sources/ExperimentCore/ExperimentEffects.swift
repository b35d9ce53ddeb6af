package import ClusterVocabulary

/// What follows from a step of the experiments: durable changes, jobs to start and to end, and at
/// most one answer.
package struct ExperimentEffects: Sendable {
    // Durable.
    /// Experiments whose record changed.
    package var changed: [ExperimentID] = []
    /// Trials that changed; the last of one number wins.
    package var trials: [Trial] = []
    /// Trials with new reports: written with the next commit, none is made for them.
    package var reported: [Trial] = []
    /// Canonical texts of fresh experiments.
    package var specifications: [Text] = []
    /// Experiments turned into tombstones.
    package var deleted: [ExperimentID] = []
    /// What happened, for the history.
    package var facts: [LedgerFact] = []

    // In the same turn.
    /// Trials that need a job.
    package var starts: [Start] = []
    /// Jobs of trials that are to end.
    package var stops: [Stop] = []

    /// The answer to a request.
    package var answer: Answer?

    /// No effects.
    package init() {}

    /// A text with its experiment.
    package struct Text: Sendable, Equatable {
        /// The experiment.
        package var experiment: ExperimentID
        /// The canonical text.
        package var text: String
    }

    /// A trial that needs a job.
    package struct Start: Sendable, Equatable {
        /// The trial.
        package var trial: Trial
    }

    /// A job to end.
    package struct Stop: Sendable, Equatable {
        /// The job.
        package var job: JobID
        /// Why.
        package var reason: Reason
    }

    /// The answers.
    package enum Answer: Sendable, Equatable {
        /// The experiment is accepted, or was by an earlier submission with the same key.
        case accepted(ExperimentID, fullName: String, isRepeated: Bool)
        /// The request took effect.
        case done(ExperimentID)
        /// Trials to evaluate; the sentence says why there are fewer than asked for.
        case trials([Trial], shortage: String, isOver: Bool)
        /// The report is taken; the trial should go on, or end for this reason.
        case told(stop: Reason?)
        /// The request has no effect, for this reason.
        case refused(Reason)
    }

    /// Whether something must be committed before anything is answered.
    package var needsCommit: Bool {
        !(changed.isEmpty && trials.isEmpty && specifications.isEmpty && deleted.isEmpty
            && facts.isEmpty)
    }

    /// Joins the effects of a later step onto these; the later answer stands.
    package mutating func append(_ later: ExperimentEffects) {
        changed += later.changed
        trials += later.trials
        reported += later.reported
        specifications += later.specifications
        deleted += later.deleted
        facts += later.facts
        starts += later.starts
        stops += later.stops
        answer = later.answer ?? answer
    }
}
