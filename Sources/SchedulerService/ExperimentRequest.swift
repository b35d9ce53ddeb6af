package import ClusterVocabulary
package import ExperimentCore

/// What people and programs want of experiments.
package enum ExperimentAction: Sendable {
    /// A new experiment.
    case create(ExperimentSubmission)
    /// End it and its running trials.
    case cancel(ExperimentID)
    /// Remove an ended one from view.
    case delete(ExperimentID)
    /// Change how many trials there may be; an ended one goes on.
    case limit(ExperimentID, TrialLimits)
    /// Trials for a program to evaluate.
    case ask(ExperimentID, count: Int)
    /// What a program says of such a trial.
    case tell(ExperimentID, trial: UInt32, TrialTold)
}

/// A request with whoever waits for its answer.
struct ExperimentRequest: Sendable {
    let action: ExperimentAction
    let reply: ExperimentReply
}

/// Gives the answer once; called after the commit.
typealias ExperimentReply = @Sendable (ExperimentEffects.Answer) -> Void
