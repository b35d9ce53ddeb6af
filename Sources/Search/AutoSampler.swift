/// The choice for people who do not want to choose.
///
/// A Gaussian process for up to `processLimit` finished trials of at most `parameterLimit`
/// parameters, conditional ones and choices included: it learns most from each trial and is still
/// quick.
/// Beyond either limit the multivariate Parzen estimator, whose cost does not grow. Several
/// objectives go to NSGA-II. Every space is served, so there is nothing to fall back to.
struct AutoSampler: Sampler {
    /// Finished trials from which on the Parzen estimator takes over.
    static let processLimit = 200
    /// With more parameters than this the Parzen estimator is used from the start.
    static let parameterLimit = 40

    private var process: GaussianProcessSampler
    private var estimator: TPESampler

    init(space: SearchSpace, seed: UInt64) throws(SearchRefusal) {
        process = try GaussianProcessSampler(
            GaussianProcessSettings(), space: space, seed: seed)
        estimator = try TPESampler(
            TPESettings(), isMultivariate: true, space: space, seed: seed)
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        process.started(suggestion, row: row, history: history)
        estimator.started(suggestion, row: row, history: history)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        if history.rankedCount < Self.processLimit, history.space.count <= Self.parameterLimit {
            return process.propose(number, attempt: attempt, history: history)
        }
        return estimator.propose(number, attempt: attempt, history: history)
    }
}
