/// Covariance matrix adaptation over the parameters with an order; choices without one, and
/// conditional parameters, come from a Parzen estimator.
///
/// A generation closes at the first suggestion after as many of its trials have ended without
/// failing as its population; their order does not matter. More may be asked for meanwhile: they
/// are drawn from the same distribution, and those that end after their generation count for the
/// best found, not for the distribution.
struct CMAESSampler: Sampler {
    /// Most parameters with an order: the matrix is decomposed in every generation.
    static let parameterLimit = 128
    /// How often a point outside the cube is drawn again before it is moved to its side.
    static let resampleLimit = 100
    /// A generation in which so many times its population has ended closes with the failed ones.
    static let failureLimit = 3

    let settings: CMAESSettings
    let seed: UInt64
    /// Positions of the adapted parameters.
    private let free: [Int]
    private let axes: [UnitAxis]
    private var others: TPESampler
    private var run: CovarianceAdaptation?
    private var generation = 0
    private var ended: [Int] = []
    private var restarts = 0
    private let basePopulation: Int
    /// Evaluations of large and small populations, for bipop.
    private var spent: (large: Int, small: Int) = (0, 0)
    private var isLarge = true

    init(_ settings: CMAESSettings, space: SearchSpace, seed: UInt64) throws(SearchRefusal) {
        free = (0..<space.count).filter {
            space.axes[$0].isOrdered && space.parents[$0] < 0 && space.axes[$0].levels != 1
        }
        guard !free.isEmpty else {
            throw .unsuitableSpace(
                algorithm: "cmaEs", problem: "it has no unconditional parameter with an order")
        }
        guard free.count <= Self.parameterLimit else {
            throw .unsuitableSpace(
                algorithm: "cmaEs",
                problem: "\(free.count) parameters with an order, at most \(Self.parameterLimit)")
        }
        if let population = settings.population, population < 3 || population > 10_000 {
            throw .setting(name: "population", problem: "must be within 3..10000")
        }
        if let sigma = settings.sigma, !(sigma > 0 && sigma <= 10) {
            throw .setting(name: "sigma", problem: "must be above 0 and at most 10")
        }
        axes = free.map { space.axes[$0] }
        self.settings = settings
        self.seed = seed
        others = try TPESampler(TPESettings(), isMultivariate: false, space: space, seed: seed)
        basePopulation =
            settings.population ?? 4 + Int(3 * RealFunctions.log(Double(max(free.count, 2))))
    }

    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?) {
        closeGeneration(history)
        return (nil, generation)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        closeGeneration(history)
        let run = run ?? firstRun(history)
        self.run = run
        let point = point(of: run, number: number, attempt: attempt)
        var units = [Double](repeating: 0.5, count: history.space.count)
        if free.count < history.space.count,
            case .start(let draft) = others.propose(number, attempt: attempt, history: history)
        {
            for (position, value) in draft.assignment.values.enumerated() {
                units[position] =
                    value.map { history.space.axes[position].unit(of: $0) } ?? 0.5
            }
        }
        for (index, position) in free.enumerated() { units[position] = point[index] }
        var assignment = history.space.assignment(at: units)
        // A child of a choice the estimator did not make has no value of its own yet.
        assignment = completed(assignment, units, history.space)
        return .start(
            Proposal.Draft(
                assignment: assignment,
                reason: "generation \(generation) of \(run.population), step size "
                    + shortText(run.sigma),
                generation: generation))
    }

    private func completed(
        _ assignment: Assignment, _ units: [Double], _ space: SearchSpace
    ) -> Assignment {
        var result = assignment
        for position in 0..<space.count
        where result[position] == nil && space.isActive(position, in: result) {
            result[position] = space.axes[position].value(at: units[position])
        }
        return result
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        closeGeneration(history)
        others.started(suggestion, row: row, history: history)
    }

    mutating func told(_ row: Int, history: TrialHistory) {
        guard history.states[row].isFinished, history.numbers[row] >= 0,
            history.generations[row] == generation
        else { return }
        ended.append(row)
    }

    /// Closes the generation if enough of it have ended; done before anything is given out, so that
    /// what ended between two suggestions counts as a set.
    private mutating func closeGeneration(_ history: TrialHistory) {
        var run = run ?? firstRun(history)
        defer { self.run = run }
        // A failed trial says nothing of its point: another takes its place, unless most fail.
        let usable = ended.filter { history.states[$0] != .failed }.sorted()
        let failed = ended.filter { history.states[$0] == .failed }.sorted()
        let isEnough = usable.count >= run.population
        guard isEnough || ended.count >= Self.failureLimit * run.population else { return }
        let members = (usable + failed).prefix(run.population)
        // Failed trials stand behind all others, pruned ones behind the succeeded.
        let ranked = members.sorted { left, right in
            let first = (Self.order(history.states[left]), history.costs[left], left)
            let second = (Self.order(history.states[right]), history.costs[right], right)
            return first < second
        }
        if history.states[ranked[0]] != .failed {
            run.update(
                ranked.map { (origin(of: $0, run: run, history: history), history.costs[$0]) })
            if settings.hasMargin { run.keepMargin(axes) }
        }
        if isLarge { spent.large += ended.count } else { spent.small += ended.count }
        ended = []
        generation += 1
        if run.isConverged, settings.restart != .none { run = nextRun() }
    }

    private static func order(_ state: TrialState) -> Int {
        state == .succeeded ? 0 : (state == .pruned ? 1 : 2)
    }

    /// The point a trial was drawn at, before its levels were chosen.
    private func origin(
        of row: Int, run: CovarianceAdaptation, history: TrialHistory
    ) -> [Double] {
        let units = free.map { history.unit(row, $0) }
        guard axes.contains(where: { !$0.isContinuous }) else { return units }
        for attempt in 0...SearchState.retryLimit {
            let point = point(of: run, number: history.numbers[row], attempt: attempt)
            let isSame = zip(zip(point, axes), free).allSatisfy { pair, position in
                pair.1.value(at: pair.0) == history.assignments[row][position]
            }
            if isSame { return point }
        }
        return units
    }

    private func point(
        of run: CovarianceAdaptation, number: Int, attempt: Int
    ) -> [Double] {
        var random = SearchRandom(
            seed: seed, purpose: .evolution, trial: UInt64(number) << 8 | UInt64(attempt))
        var point = run.sample(&random)
        for _ in 0..<Self.resampleLimit where point.contains(where: { $0 < 0 || $0 > 1 }) {
            point = run.sample(&random)
        }
        return point.map { min(max($0, 0), 1) }
    }

    /// Begins at the best record of other experiments, or in the middle.
    private func firstRun(_ history: TrialHistory) -> CovarianceAdaptation {
        var mean = [Double](repeating: 0.5, count: free.count)
        var sigma = settings.sigma ?? 1.0 / 6
        if let best = history.ranking.best(1).first, history.numbers[best.row] < 0 {
            mean = free.map { history.unit(best.row, $0) }
            sigma /= 2
        }
        return CovarianceAdaptation(mean: mean, sigma: sigma, population: basePopulation)
    }

    private mutating func nextRun() -> CovarianceAdaptation {
        restarts += 1
        var random = SearchRandom(
            seed: seed, purpose: .scramble, trial: UInt64(1000 + restarts))
        let mean = free.map { _ in random.uniform() }
        let sigma = settings.sigma ?? 1.0 / 6
        guard settings.restart == .bipop else {
            return CovarianceAdaptation(
                mean: mean, sigma: sigma,
                population: min(basePopulation << min(restarts, 10), 10_000))
        }
        isLarge = spent.large <= spent.small
        let large = basePopulation << min((restarts + 1) / 2, 10)
        if isLarge {
            return CovarianceAdaptation(
                mean: mean, sigma: sigma, population: min(large, 10_000))
        }
        let ratio = 0.5 * Double(large) / Double(basePopulation)
        let draw = random.uniform()
        let small = Int(Double(basePopulation) * RealFunctions.power(ratio, draw * draw))
        return CovarianceAdaptation(
            mean: mean, sigma: sigma * RealFunctions.power(10, -2 * random.uniform()),
            population: max(small, 3))
    }
}
