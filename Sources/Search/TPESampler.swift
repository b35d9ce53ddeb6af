/// The tree-structured Parzen estimator (Bergstra et al. 2011): of values drawn from the density of
/// the good trials, the one that is likeliest there and unlikeliest among the others.
///
/// Running trials stand among the others (a constant liar), so that a batch spreads; so do failed
/// ones. Pruned and paused trials follow the succeeded ones, those that came farther first.
/// Multivariate: one density over all parameters (Falkner et al. 2018) instead of one for each.
struct TPESampler: Sampler {
    /// Most kernels of the density of the other trials; beyond it the newest stay, and of the rest
    /// every k-th stands for k.
    static var kernelLimit: Int { 256 }
    /// Most good trials.
    static var goodLimit: Int { 25 }
    /// Candidates of a suggestion where the settings name none. Of many values drawn for each
    /// parameter by itself the best ones do not belong together.
    static func candidates(isMultivariate: Bool) -> Int { isMultivariate ? 24 : 4 }
    /// Least widths of the kernels of the good trials and of the others, see `ParzenDimension`.
    /// These, the candidates and the weights by gain won 0.2 to 0.3 decades of regret on average
    /// over fifteen functions that are not those of the benchmark.
    static func leastWidths(isMultivariate: Bool) -> (good: Double, other: Double) {
        isMultivariate ? (0.25, 1) : (0.25, 0.5)
    }
    /// So many of the newest trials have full weight; older ones less, in a line down to 1/n.
    static var freshCount: Int { 25 }

    let settings: TPESettings
    let isMultivariate: Bool
    let seed: UInt64
    private let candidates: Int
    /// Most kernels; `kernelLimit` but in tests of its effect.
    var kernelCap = TPESampler.kernelLimit
    private var startup: QuasiRandomSampler
    private var scratch = ParzenScratch()

    init(_ settings: TPESettings, isMultivariate: Bool, space: SearchSpace, seed: UInt64)
        throws(SearchRefusal)
    {
        guard settings.startupTrials >= 1 else {
            throw .setting(name: "startupTrials", problem: "must be at least 1")
        }
        let candidates = settings.candidates ?? Self.candidates(isMultivariate: isMultivariate)
        guard candidates >= 1, candidates <= 10_000 else {
            throw .setting(name: "candidates", problem: "must be within 1..10000")
        }
        if let gamma = settings.gamma, !(gamma > 0 && gamma < 1) {
            throw .setting(name: "gamma", problem: "must be above 0 and below 1")
        }
        guard settings.priorWeight > 0, settings.priorWeight.isFinite else {
            throw .setting(name: "priorWeight", problem: "must be above 0")
        }
        self.settings = settings
        self.candidates = candidates
        self.isMultivariate = isMultivariate
        self.seed = seed
        startup = QuasiRandomSampler(.sobol, space: space, seed: seed)
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        startup.started(suggestion, row: row, history: history)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        let known = history.rankedCount + history.partialCount
        guard known >= settings.startupTrials else {
            return startup.propose(number, attempt: attempt, history: history)
        }
        let split = split(history, known: known)
        let widths = Self.leastWidths(isMultivariate: isMultivariate)
        let good = ParzenEstimator(
            history: history, rows: split.good, weights: split.goodWeights,
            priorWeight: settings.priorWeight, leastWidth: widths.good, scratch: &scratch)
        let other = ParzenEstimator(
            history: history, rows: split.other, weights: split.otherWeights,
            priorWeight: settings.priorWeight, leastWidth: widths.other, scratch: &scratch)
        var random = SearchRandom(
            seed: seed, purpose: .model, trial: UInt64(number) << 8 | UInt64(attempt))
        let choice =
            isMultivariate
            ? jointChoice(good, other, history.space, &random)
            : separateChoice(good, other, history.space, &random)
        return .start(
            Proposal.Draft(
                assignment: history.space.assignment(at: choice.units),
                reason: "ratio of densities \(shortText(RealFunctions.exp(min(choice.gain, 700)))) "
                    + "between \(split.good.count) good and \(history.count - split.good.count) "
                    + "other trials"))
    }

    struct Split {
        var good: [Int] = []
        var goodWeights: [Double] = []
        var other: [Int] = []
        var otherWeights: [Double] = []
    }

    /// The good trials and the others, in the order of rows.
    func split(_ history: TrialHistory, known: Int) -> Split {
        let part = settings.gamma ?? 0.1
        let goodCount = max(1, min(Int((part * Double(known)).rounded(.up)), Self.goodLimit))
        var split = Split()
        split.good = history.bestRows(goodCount).sorted()
        split.goodWeights = Self.gains(split.good, history)
        let otherCount = history.count - split.good.count
        var rows: [Int] = []
        var spans: [Double] = []
        rows.reserveCapacity(min(otherCount, kernelCap))
        var nextGood = 0
        if otherCount <= kernelCap {
            for row in 0..<history.count {
                if nextGood < split.good.count, split.good[nextGood] == row {
                    nextGood += 1
                } else {
                    rows.append(row)
                }
            }
            split.otherWeights = Self.ages(rows.count)
        } else {
            let isGood = Set(split.good)
            let fresh = kernelCap / 2
            let old = max(1, kernelCap - fresh)
            let border = history.count - fresh
            for index in 0..<old {
                let row = index * border / old
                if !isGood.contains(row) {
                    rows.append(row)
                    spans.append(Double(border) / Double(old))
                }
            }
            for row in border..<history.count where !isGood.contains(row) {
                rows.append(row)
                spans.append(1)
            }
            let last = Double(max(history.count - Self.freshCount, 1))
            split.otherWeights = zip(rows, spans).map { row, span in
                span * min(1, (Double(row) + 1) / last)
            }
        }
        split.other = rows
        return split
    }

    /// Weights of the good trials by what they gain over the worst of them (expected improvement,
    /// Watanabe 2023): a tenth for that one, 1 on average; all 1 where costs do not compare, which
    /// is so when some were stopped early.
    static func gains(_ rows: [Int], _ history: TrialHistory) -> [Double] {
        let equal = Array(repeating: 1.0, count: rows.count)
        guard rows.allSatisfy({ history.states[$0] == .succeeded }) else { return equal }
        let worst = rows.reduce(-Double.infinity) { max($0, history.costs[$1]) }
        let gains = rows.map { worst - history.costs[$0] }
        let mean = gains.reduce(0, +) / Double(rows.count)
        guard mean > 0, mean < .infinity else { return equal }
        return gains.map { 0.1 + 0.9 * ($0 / mean) }
    }

    /// Weights by age: the newest 25 count 1, older ones less, down to 1/n.
    static func ages(_ count: Int) -> [Double] {
        let old = count - freshCount
        guard old > 0 else { return Array(repeating: 1, count: count) }
        let first = 1 / Double(count)
        return (0..<count).map { index in
            index >= old ? 1 : first + (1 - first) * Double(index) / Double(max(old - 1, 1))
        }
    }

    private typealias Choice = (units: [Double], gain: Double)

    private func separateChoice(
        _ good: ParzenEstimator, _ other: ParzenEstimator, _ space: SearchSpace,
        _ random: inout SearchRandom
    ) -> Choice {
        var units = [Double](repeating: .nan, count: space.count)
        var assignment = Assignment(Array(repeating: nil, count: space.count))
        var gain = 0.0
        for position in 0..<space.count where space.isActive(position, in: assignment) {
            let axis = space.axes[position]
            let places = (0..<candidates).map { _ in
                let kernel = good.kernel(random.uniform())
                let place = good.dimensions[position].sample(kernel: kernel, axis: axis, &random)
                // A level is compared by its middle.
                return axis.isContinuous ? place : axis.unit(of: axis.value(at: place))
            }
            let inGood = good.logDensities(of: position, at: places)
            let inOther = other.logDensities(of: position, at: places)
            var best = 0
            for index in places.indices
            where inGood[index] - inOther[index] > inGood[best] - inOther[best] { best = index }
            units[position] = places[best]
            gain += inGood[best] - inOther[best]
            assignment[position] = axis.value(at: places[best])
        }
        return (units, gain)
    }

    private func jointChoice(
        _ good: ParzenEstimator, _ other: ParzenEstimator, _ space: SearchSpace,
        _ random: inout SearchRandom
    ) -> Choice {
        let width = space.count
        var points: [Double] = []
        points.reserveCapacity(width * candidates)
        var assignment = Assignment(Array(repeating: nil, count: width))
        let isConditional = space.isConditional
        for _ in 0..<candidates {
            let kernel = good.kernel(random.uniform())
            if isConditional { for position in 0..<width { assignment[position] = nil } }
            for position in 0..<width {
                let axis = space.axes[position]
                let place = good.dimensions[position].sample(kernel: kernel, axis: axis, &random)
                if isConditional, !space.isActive(position, in: assignment) {
                    points.append(.nan)
                } else if axis.isContinuous {
                    points.append(place)
                } else {
                    let value = axis.value(at: place)
                    assignment[position] = value
                    points.append(axis.unit(of: value))
                }
            }
        }
        let inGood = good.jointLogDensities(at: points)
        let inOther = other.jointLogDensities(at: points)
        var best = 0
        for index in 0..<candidates
        where inGood[index] - inOther[index] > inGood[best] - inOther[best] { best = index }
        return (
            Array(points[best * width..<(best + 1) * width]), inGood[best] - inOther[best]
        )
    }
}
