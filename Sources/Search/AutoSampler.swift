/// The choice for people who do not want to choose: a Gaussian process as long as it is quick and
/// knows the space well, then the multivariate Parzen estimator; NSGA-II for several objectives.
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
