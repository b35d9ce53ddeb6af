/// Bayesian optimisation: a Gaussian process over all finished trials, and the point that promises
/// most.
///
/// Running and failed trials stand in the process with the values it expects of them, so that a
/// batch spreads and a failing point is not asked for again. Pruned and paused ones stand there
/// with what they had reached, but never as better than the middle of the finished ones: they were
/// stopped because they were not. Hyperparameters are fitted at fixed
/// counts of rows (`fitCounts`), each fit beginning at the one before: they depend on the set of
/// known trials, not on the order in which they ended.
struct GaussianProcessSampler: Sampler {
    /// Most observations in the process; of more, the best half and the newest half.
    static let observationLimit = 256
    /// Most running and failed trials taken into account, the newest.
    static let expectedLimit = 64
    /// Most pruned and paused trials taken into account, the newest.
    static let partialLimit = 64
    /// Most evaluations of the likelihood of a fit, and of the first one.
    static let fitLimit = 10
    static let firstFitLimit = 40
    /// A fit whenever the rows have grown by this part.
    static let fitGrowth = 1.1

    let settings: GaussianProcessSettings
    let seed: UInt64
    private let isCategorical: [Bool]
    private var startup: QuasiRandomSampler
    private var fits: [Fit] = []

    /// Hyperparameters chosen from the finished trials among the first so many rows.
    private struct Fit: Sendable {
        let finished: Int
        let hyperparameters: GaussianProcess.Hyperparameters
    }

    init(_ settings: GaussianProcessSettings, space: SearchSpace, seed: UInt64)
        throws(SearchRefusal)
    {
        guard settings.startupTrials >= 2 else {
            throw .setting(name: "startupTrials", problem: "must be at least 2")
        }
        if case .lowerConfidenceBound(let beta) = settings.acquisition,
            !(beta >= 0 && beta.isFinite)
        {
            throw .setting(name: "beta", problem: "must not be negative")
        }
        self.settings = settings
        self.seed = seed
        isCategorical = space.axes.map { !$0.isOrdered }
        startup = QuasiRandomSampler(.sobol, space: space, seed: seed)
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        startup.started(suggestion, row: row, history: history)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        guard history.rankedCount >= settings.startupTrials else {
            return startup.propose(number, attempt: attempt, history: history)
        }
        let hyperparameters = hyperparameters(for: history)
        let rows = Self.observedRows(history, upTo: history.count)
        let warped = OutcomeWarp(rows.map { history.costs[$0] }).values
        let expected = (0..<history.count).filter {
            history.states[$0] == .running || history.states[$0] == .failed
        }.suffix(Self.expectedLimit)
        let partial = (0..<history.count).filter {
            history.states[$0] == .pruned || history.states[$0] == .paused
        }.suffix(Self.partialLimit)
        var process = GaussianProcess(
            isCategorical: isCategorical, isConditional: history.space.isConditional,
            hyperparameters: hyperparameters,
            capacity: rows.count + partial.count + expected.count)
        var values: [Double] = []
        for (row, value) in zip(rows, warped) where process.append(point(row, history)) {
            values.append(value)
        }
        let scale = zip(rows, warped).map { (cost: history.costs[$0], value: $1) }.sorted {
            ($0.cost, $0.value) < ($1.cost, $1.value)
        }
        for row in partial where process.append(point(row, history)) {
            values.append(Self.stoppedValue(history.costs[row], scale: scale))
        }
        process.observe(values)
        var best = values.min() ?? 0
        for row in expected {
            let point = point(row, history)
            let mean = process.predict(point).mean
            guard process.append(point) else { continue }
            values.append(mean)
            process.observe(values)
            best = min(best, mean)
        }
        let incumbents = zip(warped, rows).sorted { $0 < $1 }.prefix(4).map {
            point($0.1, history)
        }
        var search = AcquisitionSearch(
            process: process,
            acquisition: Acquisition(kind: settings.acquisition, best: best),
            space: history.space, incumbents: incumbents,
            random: SearchRandom(
                seed: seed, purpose: .model, trial: UInt64(number) << 8 | UInt64(attempt)))
        let found = search.maximize()
        return .start(
            Proposal.Draft(
                assignment: history.space.assignment(at: found.point),
                reason: reason(found.value, observations: rows.count)))
    }

    /// What a trial that was stopped early counts for: the warped value of the first finished trial
    /// that is not better, at least the middle one, at most the last; `scale` is in order of cost.
    private static func stoppedValue(
        _ cost: Double, scale: [(cost: Double, value: Double)]
    ) -> Double {
        var low = scale.count / 2
        var high = scale.count - 1
        while low < high {
            let middle = (low + high) / 2
            if scale[middle].cost < cost { low = middle + 1 } else { high = middle }
        }
        return scale[low].value
    }

    private func point(_ row: Int, _ history: TrialHistory) -> [Double] {
        let width = history.space.count
        return Array(history.units[row * width..<(row + 1) * width])
    }

    private func reason(_ value: Double, observations: Int) -> String {
        let promise =
            switch settings.acquisition {
            case .expectedImprovement: "EI \(shortText(value))"
            case .logExpectedImprovement:
                "EI \(shortText(RealFunctions.exp(min(value, 700))))"
            case .lowerConfidenceBound: "LCB \(shortText(-value))"
            }
        return "\(promise) in standard deviations, from \(observations) trials"
    }

    /// Rows with a value, in their order; where there are too many the best and the newest.
    private static func observedRows(_ history: TrialHistory, upTo end: Int) -> [Int] {
        let rows = (0..<end).filter { history.states[$0] == .succeeded }
        guard rows.count > observationLimit else { return rows }
        let half = observationLimit / 2
        var chosen = Set(rows.suffix(half))
        for entry in history.ranking.best(rows.count) where chosen.count < observationLimit {
            if entry.row < end { chosen.insert(entry.row) }
        }
        return chosen.sorted()
    }

    /// The counts of rows at which hyperparameters are fitted, up to a count.
    private func fitCounts(_ rows: Int) -> [Int] {
        var counts: [Int] = []
        var next = settings.startupTrials
        while next <= rows {
            counts.append(next)
            next = max(next + 1, Int(Double(next) * Self.fitGrowth))
        }
        return counts
    }

    private mutating func hyperparameters(
        for history: TrialHistory
    ) -> GaussianProcess.Hyperparameters {
        let counts = fitCounts(history.count)
        var latest = GaussianProcess.Hyperparameters(
            inverseSquares: Array(repeating: 1, count: isCategorical.count), signal: 0,
            noise: settings.isNoisy ? -10 : -16)
        var isFirst = true
        // Fits of rows in which another trial has ended since are made again.
        var finished = 0
        var counted = 0
        for (index, rows) in counts.enumerated() {
            while counted < rows {
                finished += history.states[counted] == .succeeded ? 1 : 0
                counted += 1
            }
            if index < fits.count, fits[index].finished == finished {
                latest = fits[index].hyperparameters
                isFirst = false
                continue
            }
            let observed = Self.observedRows(history, upTo: rows)
            fits.removeSubrange(min(index, fits.count)...)
            if observed.count >= 2 {
                let targets = OutcomeWarp(observed.map { history.costs[$0] }).values
                var likelihood = MarginalLikelihood(
                    points: observed.map { point($0, history) }, targets: targets,
                    isCategorical: isCategorical, isNoisy: settings.isNoisy)
                latest = likelihood.climb(
                    from: latest, limit: isFirst ? Self.firstFitLimit : Self.fitLimit)
                isFirst = false
            }
            fits.append(
                Fit(finished: finished, hyperparameters: latest))
        }
        return latest
    }
}
