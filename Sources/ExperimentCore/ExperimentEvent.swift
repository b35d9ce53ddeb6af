package import ClusterVocabulary
package import JobSpecification

/// An experiment as it comes in: validated by the door, its data already stored.
package struct ExperimentSubmission: Sendable {
    /// Who submits.
    package var user: String
    /// As whom the commands of its trials run on the hosts.
    package var owner = CommandOwner()
    /// The client's key: the same key gives the same experiment; empty means none.
    package var idempotencyKey: String
    /// What is searched.
    package var specification: ExperimentSpecification
    /// Its canonical text, kept for people and for the next start.
    package var text: String

    /// Makes a submission.
    package init(
        user: String, idempotencyKey: String, specification: ExperimentSpecification, text: String
    ) {
        self.user = user
        self.idempotencyKey = idempotencyKey
        self.specification = specification
        self.text = text
    }
}

/// What a program says of a trial it was given.
package struct TrialTold: Sendable, Equatable {
    /// The step of a report; `nil` for the end.
    package var step: Int64?
    /// Values by metric.
    package var metrics: [Metric]
    /// Why the program could not evaluate it; `nil` when it could.
    package var failure: String?

    /// Makes a message.
    package init(step: Int64?, metrics: [Metric], failure: String?) {
        self.step = step
        self.metrics = metrics
        self.failure = failure
    }
}

/// Everything the experiments are ever told.
package enum ExperimentEvent: Sendable {
    /// Somebody submits an experiment; `run` is free, `known` are finished trials of others.
    case create(ExperimentSubmission, run: UInt32, known: [Trial])
    /// Somebody ends an experiment and its running trials.
    case cancel(ExperimentID)
    /// Somebody removes an ended experiment from view.
    case delete(ExperimentID)
    /// Somebody changes the limits, which lets an ended experiment go on; `trials` are all its
    /// trials.
    case limit(ExperimentID, TrialLimits, trials: [Trial])
    /// A program wants so many trials to evaluate.
    case ask(ExperimentID, count: Int)
    /// A program reports on a trial it was given.
    case tell(ExperimentID, trial: UInt32, TrialTold)
    /// The job of a trial was accepted.
    case placed(ExperimentID, trial: UInt32, JobID)
    /// The job of a trial was refused: for good, or to be tried again.
    case refused(ExperimentID, trial: UInt32, Reason, isForGood: Bool)
    /// The job of a trial changed.
    case job(JobRecord)
    /// The job of a trial reported.
    case report(JobID, TrialReport)
    /// Time passed.
    case wake
}
