package import ClusterVocabulary
package import Ledger

/// What a stream of committed changes carries.
package enum StreamItem: Sendable {
    /// A fact that is durable now.
    case fact(LedgerEvent)
    /// A job whose record changed.
    case job(JobRecord)
    /// A running job is so far.
    case progress(TrainingProgress)
    /// An experiment whose record changed.
    case experiment(ExperimentRecord)
    /// A command job wrote something.
    case output(JobID)
    /// A line of a job's log.
    case log(JobID, String)
}
