import ClusterVocabulary
import SchedulerCore

/// One client with one job: what it wants, what it was told.
struct Customer: Sendable {
    /// What becomes of the job when all is well.
    enum Kind: Sendable, Equatable {
        /// It succeeds, whatever fails meanwhile.
        case steady
        /// Few trainer failures end it.
        case fragile
        /// A time limit may end it.
        case limited
        /// Its client cancels it at some time.
        case cancelled
        /// Its client deletes it once it has ended.
        case deleted
        /// It is deleted by itself some time after its end.
        case expiring
        /// A command that ends badly in every try: it fails.
        case failing
        /// A command that ends badly in its first try: it succeeds.
        case flaky
        /// Its data cannot be read, or its program is not there: it fails.
        case unreadable
        /// No node has room for it: it waits, with the reason.
        case oversized

        /// What training jobs are drawn from.
        static let trainings: [Kind] = [
            .steady, .fragile, .limited, .cancelled, .deleted, .expiring, .unreadable, .oversized,
        ]
        /// What command jobs are drawn from.
        static let commands: [Kind] = [
            .steady, .failing, .flaky, .limited, .cancelled, .deleted, .expiring, .unreadable,
            .oversized,
        ]
    }

    let kind: Kind
    let submission: Submission
    /// The job it was told.
    var job: JobID?
    /// Whether it was told that the job is cancelled.
    var isCancelAnswered = false
    var isCancelConfirmed = false
    /// Whether it was told that the job is deleted.
    var isDeleteConfirmed = false

    /// The states its job may end in; pending only for one that fits nowhere.
    var legalEnds: Set<JobState> {
        switch kind {
        case .steady, .flaky, .deleted, .expiring: [.succeeded]
        case .fragile, .limited: [.succeeded, .failed]
        // A cancellation may have become durable without its answer.
        case .cancelled: isCancelConfirmed ? [.cancelled] : [.succeeded, .cancelled]
        case .failing, .unreadable: [.failed]
        case .oversized: [.pending]
        }
    }
}
