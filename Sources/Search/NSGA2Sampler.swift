/// The non-dominated sorting genetic algorithm (Deb et al. 2002) for one or several objectives.
///
/// The first generation is spread evenly; each later one has children of the best of all before it:
/// parents by tournament (better front, then emptier surroundings), uniform crossover, polynomial
/// mutation on the unit axes. A generation closes when as many of its trials have ended as the
/// population; trials asked for meanwhile belong to it too.
struct NSGA2Sampler: Sampler {
    /// Sharpness of the mutation: larger moves less.
    static let mutationIndex = 20.0

    let settings: GeneticSettings
    let seed: UInt64
    private var startup: QuasiRandomSampler
    private var generation = 0
    private var ended: [Int] = []
    /// Rows of the best trials of all generations closed, the best first.
    private var parents: [Int] = []
    private var ranks: [Int] = []
    private var crowding: [Double] = []

    init(_ settings: GeneticSettings, space: SearchSpace, seed: UInt64) throws(SearchRefusal) {
        guard settings.population >= 2, settings.population <= 10_000 else {
            throw .setting(name: "population", problem: "must be within 2..10000")
        }
        guard (0...1).contains(settings.crossoverProbability) else {
            throw .setting(name: "crossoverProbability", problem: "must be within 0..1")
        }
        if let mutation = settings.mutationProbability, !(0...1).contains(mutation) {
            throw .setting(name: "mutationProbability", problem: "must be within 0..1")
        }
        self.settings = settings
        self.seed = seed
        startup = QuasiRandomSampler(.sobol, space: space, seed: seed)
    }

    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?) {
        closeGeneration(history)
        return (nil, generation)
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        closeGeneration(history)
        startup.started(suggestion, row: row, history: history)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        closeGeneration(history)
        guard parents.count >= 2 else {
            let proposal = startup.propose(number, attempt: attempt, history: history)
            guard case .start(var draft) = proposal else { return proposal }
            draft.generation = generation
            return .start(draft)
        }
        var random = SearchRandom(
            seed: seed, purpose: .evolution, trial: UInt64(number) << 8 | UInt64(attempt))
        let mother = tournament(&random)
        let father = tournament(&random)
        let isCrossed = random.uniform() < settings.crossoverProbability
        let space = history.space
        let mutation = settings.mutationProbability ?? 1 / Double(space.count)
        var units = [Double](repeating: 0, count: space.count)
        for position in 0..<space.count {
            let swap = random.uniform()
            let mutate = random.uniform()
            let draw = random.uniform()
            let source = isCrossed && swap < 0.5 ? father : mother
            var place = history.unit(parents[source], position)
            if place.isNaN {
                place = draw
            } else if mutate < mutation {
                place =
                    space.axes[position].isOrdered ? Self.mutated(place, draw) : draw
            }
            units[position] = min(max(place, 0), 1)
        }
        let numbers = [mother, father].map { history.numbers[parents[$0]] }
        return .start(
            Proposal.Draft(
                assignment: space.assignment(at: units),
                reason: isCrossed
                    ? "generation \(generation), child of trials \(numbers[0]) and \(numbers[1])"
                    : "generation \(generation), mutation of trial \(numbers[0])",
                generation: generation))
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
        guard ended.count >= settings.population else { return }
        let candidates = (parents + ended).filter { history.states[$0] == .succeeded }.sorted()
        ended = []
        generation += 1
        select(candidates, history)
    }

    private mutating func select(_ rows: [Int], _ history: TrialHistory) {
        let vectors = rows.map { history.costVector($0) }
        let allRanks = ParetoFront.ranks(of: vectors)
        parents = []
        ranks = []
        crowding = []
        for rank in 0...(allRanks.max() ?? 0) where parents.count < settings.population {
            let front = rows.indices.filter { allRanks[$0] == rank }
            let distances = ParetoFront.crowding(of: front.map { vectors[$0] })
            let order = front.indices.sorted {
                distances[$0] > distances[$1] || (distances[$0] == distances[$1] && $0 < $1)
            }
            for place in order.prefix(settings.population - parents.count) {
                parents.append(rows[front[place]])
                ranks.append(rank)
                crowding.append(distances[place])
            }
        }
    }

    private func tournament(_ random: inout SearchRandom) -> Int {
        let first = random.index(below: parents.count)
        let second = random.index(below: parents.count)
        if ranks[first] != ranks[second] { return ranks[first] < ranks[second] ? first : second }
        return crowding[first] >= crowding[second] ? first : second
    }

    /// Polynomial mutation of a place of the unit axis.
    private static func mutated(_ place: Double, _ draw: Double) -> Double {
        let power = 1 / (mutationIndex + 1)
        if draw < 0.5 {
            let base =
                2 * draw + (1 - 2 * draw)
                * RealFunctions.power(
                    max(1 - place, 1e-12), mutationIndex + 1)
            return place + RealFunctions.power(max(base, 1e-300), power) - 1
        }
        let base =
            2 * (1 - draw) + (2 * draw - 1)
            * RealFunctions.power(
                max(place, 1e-12), mutationIndex + 1)
        return place + 1 - RealFunctions.power(max(base, 1e-300), power)
    }
}
