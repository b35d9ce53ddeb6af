package import ClusterVocabulary

extension LedgerStore {
    /// Keeps points of curves, without a sync: a power cut may lose the last ones. Not on the loop.
    ///
    /// Bounded by ``CurveBounds``: points closer than a series' present resolution, and rounds
    /// seen before, are passed over.
    package func appendPoints(_ points: [CurvePoint]) throws(LedgerError) {
        guard !points.isEmpty else { return }
        try LedgerError.translating(curves.path) { try curves.append(points) }
    }

    /// The points of a job, by attempt, name and round; of one name or attempt when given.
    package func curve(
        job: JobID, name: String? = nil, attempt: UInt32? = nil
    ) throws(LedgerError) -> [CurvePoint] {
        try LedgerError.translating(curves.path) {
            try curves.points(job: job, name: name, attempt: attempt)
        }
    }

    /// Keeps digests of rounds, as ``appendPoints(_:)`` keeps points.
    package func appendRounds(_ rounds: [AttemptRounds]) throws(LedgerError) {
        guard !rounds.isEmpty else { return }
        try LedgerError.translating(curves.path) { try curves.append(rounds) }
    }

    /// The digests kept of a job's rounds, ascending, neighbours of one membership together.
    package func computedRounds(of job: JobID) throws(LedgerError) -> [ComputedRounds] {
        try LedgerError.translating(curves.path) { try curves.computedRounds(of: job) }
    }

    /// Drops the points of deleted jobs; call it after the commit that deletes them.
    package func removeCurves(of jobs: [JobID]) throws(LedgerError) {
        guard !jobs.isEmpty else { return }
        try LedgerError.translating(curves.path) { try curves.remove(jobs) }
    }
}
