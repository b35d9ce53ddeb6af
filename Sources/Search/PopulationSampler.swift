/// Population-based training (Jaderberg et al. 2017), generation by generation.
///
/// Every trial of a generation trains `interval` steps more from its parent's checkpoint. When all
/// of a generation have ended, the worst part is replaced: such a member copies a trial of the best
/// part, with each value perturbed (times 0.8 or 1.2, or a step to a neighbour) or drawn afresh;
/// the others go on with their own values. Failed members are among the worst.
struct PopulationSampler: Sampler {
    let settings: PopulationSettings
    let seed: UInt64
    private let values: RandomSampler
    private var generation = 0
    private var begun = 0
    private var ended: [Int] = []
    /// Members of the generation before, by number, and who of them is replaced by whom.
    private var members: [Int] = []
    private var best: [Int] = []
    private var worst: Set<Int> = []

    init(_ settings: PopulationSettings, seed: UInt64) throws(SearchRefusal) {
        guard settings.population >= 2, settings.population <= 10_000 else {
            throw .setting(name: "population", problem: "must be within 2..10000")
        }
        guard settings.interval >= 1, settings.interval <= 1 << 40 else {
            throw .setting(name: "interval", problem: "must be at least 1")
        }
        guard settings.truncation > 0, settings.truncation <= 0.5 else {
            throw .setting(name: "truncation", problem: "must be above 0 and at most 0.5")
        }
        guard (0...1).contains(settings.resampleProbability) else {
            throw .setting(name: "resampleProbability", problem: "must be within 0..1")
        }
        if let generations = settings.generations, generations < 1 {
            throw .setting(name: "generations", problem: "must be at least 1")
        }
        self.settings = settings
        self.seed = seed
        values = RandomSampler(seed: seed)
    }

    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?) {
        (place, generation)
    }

    /// Equal values are no mistake here: members go on with their own.
    var givesDistinctPoints: Bool { false }

    private var place: RungPlace {
        RungPlace(bracket: 0, rung: generation, budget: (generation + 1) * settings.interval)
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        if let generations = settings.generations, generation >= generations {
            return .exhausted("all \(generations) generations are done")
        }
        guard begun < settings.population else {
            return .waiting(
                "\(begun - ended.count) trials of generation \(generation) have not ended")
        }
        if generation == 0 {
            var random = values
            let proposal = random.propose(number, attempt: attempt, history: history)
            guard case .start(var draft) = proposal else { return proposal }
            draft.rung = place
            draft.generation = 0
            return .start(draft)
        }
        let member = members[begun]
        guard worst.contains(member) else {
            return .start(
                Proposal.Draft(
                    assignment: history.assignments[member],
                    reason: "trial \(history.numbers[member]) goes on", rung: place,
                    generation: generation, parent: history.numbers[member]))
        }
        var random = SearchRandom(
            seed: seed, purpose: .evolution, trial: UInt64(number) << 8 | UInt64(attempt))
        let model = best[random.index(below: best.count)]
        return .start(
            Proposal.Draft(
                assignment: explored(history.assignments[model], history.space, &random),
                reason: "trial \(history.numbers[member]) was among the worst; copies "
                    + "trial \(history.numbers[model]), values perturbed",
                rung: place, generation: generation, parent: history.numbers[model]))
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        if suggestion.generation == generation { begun += 1 }
    }

    mutating func told(_ row: Int, history: TrialHistory) {
        // A member that waits at its budget is as good as one that ended there.
        guard history.states[row].isFinished || history.states[row] == .paused,
            history.generations[row] == generation, history.numbers[row] >= 0,
            !ended.contains(row)
        else { return }
        ended.append(row)
        guard ended.count >= settings.population else { return }
        let ranked = ended.sorted {
            (history.costs[$0], $0) < (history.costs[$1], $1)
        }
        let part = max(1, Int(settings.truncation * Double(ranked.count)))
        members = ended.sorted()
        best = ranked.prefix(part).filter { history.costs[$0] < .infinity }
        worst = Set(ranked.suffix(part))
        // Whatever failed has no checkpoint to go on from.
        for row in ranked where history.states[row] == .failed { worst.insert(row) }
        generation += 1
        begun = 0
        ended = []
        if best.isEmpty {
            // Nobody has a result: the population begins anew.
            generation = 0
            members = []
            worst = []
        }
    }

    /// Perturbs every value of a copied trial.
    private func explored(
        _ assignment: Assignment, _ space: SearchSpace, _ random: inout SearchRandom
    ) -> Assignment {
        var result = Assignment(Array(repeating: nil, count: space.count))
        for position in 0..<space.count {
            let axis = space.axes[position]
            let fresh = random.uniform()
            let resample = random.uniform()
            let isUp = random.uniform() < 0.5
            guard space.isActive(position, in: result) else { continue }
            guard let value = assignment[position], resample >= settings.resampleProbability
            else {
                result[position] = axis.value(at: fresh)
                continue
            }
            switch value {
            case .float(let number):
                let moved = ParameterValue.float(number * (isUp ? 1.2 : 0.8))
                result[position] = axis.value(at: axis.unit(of: moved))
            case .int(let number):
                let scaled = (Double(number) * (isUp ? 1.2 : 0.8)).rounded()
                let moved = Int(scaled) == number ? number + (isUp ? 1 : -1) : Int(scaled)
                result[position] = axis.value(at: axis.unit(of: .int(moved)))
            case .choice(let choice):
                let count = axis.levels ?? 1
                // Neighbours mean something only where choices have an order.
                let moved = axis.isOrdered ? choice + (isUp ? 1 : -1) : choice
                result[position] = .choice(min(max(moved, 0), count - 1))
            }
        }
        return result
    }
}
