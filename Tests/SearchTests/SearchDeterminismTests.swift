import Testing

@testable import Search

struct SearchDeterminismTests {
    static let algorithms: [SearchAlgorithm] = [
        .random, .sobol, .halton, .tpe(TPESettings()), .multivariateTPE(TPESettings()),
        .gaussianProcess(GaussianProcessSettings()), .cmaEs(CMAESSettings()),
        .cmaEs(CMAESSettings(restart: .bipop)), .hyperband(HalvingSettings(maximumBudget: 9)),
        .asha(HalvingSettings(maximumBudget: 9)), .bohb(HalvingSettings(maximumBudget: 9)),
        .pbt(PopulationSettings(population: 5)), .nsga2(GeneticSettings(population: 8)), .auto,
    ]

    /// Results of a trial: some fail, some say NaN, some are pruned.
    static func record(_ suggestion: Suggestion) -> TrialRecord {
        let numbers = ObjectiveFunction.numbers(suggestion.assignment)
        let value = numbers.reduce(0) { $1.isNaN ? $0 : $0 + $1 * $1 }
        var record = TrialRecord(
            number: suggestion.number, assignment: suggestion.assignment, state: .succeeded,
            objectives: [value], rung: suggestion.rung, generation: suggestion.generation)
        switch suggestion.number % 10 {
        case 3:
            record.state = .failed
            record.objectives = []
        case 6:
            record.objectives = [.nan]
        case 8:
            record.state = .pruned
            record.objectives = []
            record.curve = [
                CurvePoint(step: 1, value: value + 1), CurvePoint(step: 2, value: value),
            ]
        default:
            if let rung = suggestion.rung, rung.budget < 9 { record.state = .paused }
        }
        return record
    }

    /// Runs batches of five; the order of results within a batch is turned when asked for.
    static func run(
        _ algorithm: SearchAlgorithm, isTurned: Bool, events: inout [SearchEvent]
    ) throws -> [Suggestion] {
        var search = try SearchState(
            SearchConfiguration(
                algorithm: algorithm, space: try SearchStateTests.space(), seed: 9))
        var all: [Suggestion] = []
        for _ in 0..<9 {
            let batch = search.ask(5).suggestions
            all += batch
            events += batch.map { .suggested($0) }
            for suggestion in isTurned ? batch.reversed() : batch {
                try search.tell(record(suggestion))
                events.append(.told(record(suggestion)))
            }
        }
        return all
    }

    @Test(arguments: algorithms)
    func theOrderOfResultsWithinABatchDoesNotMatter(algorithm: SearchAlgorithm) throws {
        var events: [SearchEvent] = []
        let straight = try Self.run(algorithm, isTurned: false, events: &events)
        let turned = try Self.run(algorithm, isTurned: true, events: &events)
        #expect(straight.count >= 40)
        #expect(straight == turned)
    }

    @Test(arguments: algorithms)
    func aReplayedSearchGoesOnWithTheSameTrials(algorithm: SearchAlgorithm) throws {
        var events: [SearchEvent] = []
        let all = try Self.run(algorithm, isTurned: false, events: &events)
        let configuration = SearchConfiguration(
            algorithm: algorithm, space: try SearchStateTests.space(), seed: 9)
        // After 25 suggestions and their results, and in the middle of a batch.
        for cut in [50, 53] {
            var search = try SearchState(configuration, replaying: Array(events[0..<cut]))
            let known = cut == 50 ? 25 : 28
            let next = search.ask(30 - known).suggestions
            #expect(next == Array(all[known..<30]))
        }
    }

    @Test(arguments: algorithms)
    func seedsMatter(algorithm: SearchAlgorithm) throws {
        var firsts: [Suggestion] = []
        for seed in [UInt64(1), 2] {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: algorithm, space: try SearchStateTests.space(), seed: seed))
            firsts += search.ask(1).suggestions
        }
        #expect(firsts[0].assignment != firsts[1].assignment)
    }

    @Test(arguments: algorithms)
    func maximizingTheNegativeIsMinimizing(algorithm: SearchAlgorithm) throws {
        var assignments: [[Assignment]] = []
        for direction in [OptimizationDirection.minimize, .maximize] {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: algorithm, space: try SearchStateTests.space(),
                    directions: [direction], seed: 3))
            var given: [Assignment] = []
            for _ in 0..<30 {
                let suggestion = search.ask(1).suggestions[0]
                given.append(suggestion.assignment)
                var record = Self.record(suggestion)
                if direction == .maximize {
                    record.objectives = record.objectives.map { -$0 }
                    record.curve = record.curve.map {
                        CurvePoint(step: $0.step, value: -$0.value)
                    }
                }
                try search.tell(record)
            }
            assignments.append(given)
        }
        #expect(assignments[0] == assignments[1])
    }

    @Test(arguments: algorithms)
    func aBatchHasNoDuplicates(algorithm: SearchAlgorithm) throws {
        if case .pbt = algorithm { return }
        // 24 combinations, of which a batch asks for half while nothing is told.
        let space = try SearchSpace([
            SearchParameter("a", .int(IntRange(minimum: 1, maximum: 4))),
            SearchParameter("b", .ordinal(count: 3)), SearchParameter("c", .categorical(count: 2)),
        ])
        var search = try SearchState(
            SearchConfiguration(algorithm: algorithm, space: space, seed: 4))
        var tried: Set<Assignment> = []
        for _ in 0..<2 {
            for suggestion in search.ask(12).suggestions where suggestion.action == .start {
                let isNew = tried.insert(suggestion.assignment).inserted
                #expect(isNew)
                try search.tell(Self.record(suggestion))
            }
        }
        #expect(tried.count >= 12)
    }
}
