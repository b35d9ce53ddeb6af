import Testing

@testable import Search

struct SearchStateTests {
    static func space() throws -> SearchSpace {
        try SearchSpace([
            SearchParameter("lr", .logUniform(1e-4, 1)),
            SearchParameter("layers", .int(IntRange(minimum: 1, maximum: 4))),
            SearchParameter("kind", .categorical(count: 2)),
            SearchParameter(
                "momentum", .uniform(0, 1),
                onlyIf: ParameterCondition(parent: "kind", choices: [1])),
        ])
    }

    static func succeeded(_ suggestion: Suggestion, _ value: Double) -> TrialRecord {
        TrialRecord(
            number: suggestion.number, assignment: suggestion.assignment, state: .succeeded,
            objectives: [value], rung: suggestion.rung, generation: suggestion.generation)
    }

    @Test func anEnqueuedPointComesFirstAndAWrongOneIsRefused() throws {
        var search = try SearchState(
            SearchConfiguration(algorithm: .random, space: try Self.space()))
        let known = Assignment([.float(0.1), .int(2), .choice(0), nil])
        try search.enqueue(known)
        #expect(throws: SearchRefusal.self) {
            try search.enqueue(Assignment([.float(0.1), .int(9), .choice(0), nil]))
        }
        #expect(throws: SearchRefusal.self) {
            try search.enqueue(Assignment([.float(0.1), .int(1), .choice(0), .float(0.5)]))
        }
        let batch = search.ask(2)
        #expect(batch.suggestions[0].assignment == known)
        #expect(batch.suggestions[0].origin == .enqueued)
        #expect(batch.suggestions[1].origin == .sampled)
    }

    @Test func nanAndInfinityAreNeverTheBest() throws {
        for direction in [OptimizationDirection.minimize, .maximize] {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: .random, space: try Self.space(), directions: [direction]))
            let values = [Double.nan, .infinity, 0.5, -.infinity, 0.25, .nan]
            for value in values {
                try search.tell(Self.succeeded(search.ask(1).suggestions[0], value))
            }
            #expect(
                search.best(10).map(\.value)
                    == (direction == .minimize ? [0.25, 0.5] : [0.5, 0.25]))
        }
    }

    @Test func theBestIsTheLargestWhenMaximizing() throws {
        for direction in [OptimizationDirection.minimize, .maximize] {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: .random, space: try Self.space(), directions: [direction]))
            for value in [3.0, 1, 2, 1] {
                try search.tell(Self.succeeded(search.ask(1).suggestions[0], value))
            }
            #expect(
                search.best(4).map(\.number)
                    == (direction == .minimize ? [1, 3, 2, 0] : [0, 2, 1, 3]))
        }
    }

    @Test func wrongReportsAreRefused() throws {
        var search = try SearchState(
            SearchConfiguration(algorithm: .random, space: try Self.space()))
        let suggestion = search.ask(1).suggestions[0]
        var record = Self.succeeded(suggestion, 1)
        record.number = 7
        #expect(throws: SearchRefusal.unknownTrial(number: 7)) { try search.tell(record) }
        record = Self.succeeded(suggestion, 1)
        record.objectives = [1, 2]
        #expect(throws: SearchRefusal.wrongObjectiveCount(number: 0, count: 2, expected: 1)) {
            try search.tell(record)
        }
        record = Self.succeeded(suggestion, 1)
        record.assignment[0] = .float(0.5)
        #expect(throws: SearchRefusal.otherValues(number: 0)) { try search.tell(record) }
        try search.tell(Self.succeeded(suggestion, 1))
        #expect(throws: SearchRefusal.trialAlreadyEnded(number: 0)) {
            try search.tell(Self.succeeded(suggestion, 1))
        }
    }

    @Test func aFiniteSpaceIsTriedOutWithoutRepetition() throws {
        let space = try SearchSpace([
            SearchParameter("a", .int(IntRange(minimum: 0, maximum: 9))),
            SearchParameter("b", .categorical(count: 3)),
            SearchParameter(
                "c", .ordinal(count: 4), onlyIf: ParameterCondition(parent: "b", choices: [2])),
        ])
        for algorithm in [SearchAlgorithm.random, .grid(GridSettings())] {
            var search = try SearchState(
                SearchConfiguration(algorithm: algorithm, space: space, seed: 3))
            try search.enqueue(Assignment([.int(4), .choice(1), nil]))
            let batch = search.ask(100)
            #expect(batch.suggestions.count == 60)
            #expect(Set(batch.suggestions.map(\.assignment)).count == 60)
            guard case .exhausted = batch.shortage else {
                Issue.record("\(algorithm.name) does not say that everything was tried")
                continue
            }
        }
    }

    @Test func theGridStandsInOrder() throws {
        let space = try SearchSpace([
            SearchParameter("a", .int(IntRange(minimum: 1, maximum: 5, step: 2))),
            SearchParameter("b", .uniform(0, 1)),
        ])
        #expect(throws: SearchRefusal.self) {
            try SearchState(SearchConfiguration(algorithm: .grid(GridSettings()), space: space))
        }
        var search = try SearchState(
            SearchConfiguration(algorithm: .grid(GridSettings(pointsPerFloat: 3)), space: space))
        let points = search.ask(20).suggestions.map(\.assignment.values)
        #expect(points.count == 9)
        #expect(points[0] == [.int(1), .float(0)])
        #expect(points[1] == [.int(1), .float(0.5)])
        #expect(points[8] == [.int(5), .float(1)])
    }

    @Test func enqueuedValuesBetweenTheLevelsUseNoCombinationUp() throws {
        let space = try SearchSpace([
            SearchParameter("a", .float(FloatRange(minimum: 0, maximum: 1, step: 0.5)))
        ])
        for algorithm in [SearchAlgorithm.random, .grid(GridSettings())] {
            var search = try SearchState(SearchConfiguration(algorithm: algorithm, space: space))
            for value in [0.1, 0.2, 0.3] { try search.enqueue(Assignment([.float(value)])) }
            let batch = search.ask(10)
            #expect(batch.suggestions.count == 6, "\(algorithm.name)")
            let sampled = batch.suggestions.dropFirst(3).compactMap { $0.assignment[0] }
            #expect(Set(sampled) == [.float(0), .float(0.5), .float(1)])
        }
    }

    @Test func aGridOfAWidenedSpaceGoesOnWithWhatIsNew() throws {
        func configuration(_ maximum: Int) throws -> SearchConfiguration {
            SearchConfiguration(
                algorithm: .grid(GridSettings()),
                space: try SearchSpace([
                    SearchParameter("a", .int(IntRange(minimum: 0, maximum: maximum))),
                    SearchParameter("b", .categorical(count: 2)),
                ]))
        }
        var narrow = try SearchState(configuration(2))
        try narrow.enqueue(Assignment([.int(1), .choice(1)]))
        let first = narrow.ask(10).suggestions
        #expect(first.count == 6)
        var events = [SearchEvent.enqueued(Assignment([.int(1), .choice(1)]))]
        events += first.map { .suggested($0) }
        var wide = try SearchState(configuration(4), replaying: events)
        let batch = wide.ask(10)
        #expect(
            batch.suggestions.map(\.assignment.values) == [
                [.int(3), .choice(0)], [.int(3), .choice(1)], [.int(4), .choice(0)],
                [.int(4), .choice(1)],
            ])
        // A narrower space knows the points outside it, and that its own were all tried.
        var narrower = try SearchState(configuration(0), replaying: events)
        guard case .exhausted = narrower.ask(1).shortage else {
            Issue.record("something of a space that was tried out is suggested again")
            return
        }
    }

    @Test func aWarmStartIsRankedButIsNotATrial() throws {
        var search = try SearchState(
            SearchConfiguration(algorithm: .random, space: try Self.space()))
        let known = Assignment([.float(0.1), .int(2), .choice(0), nil])
        let record = TrialRecord(
            number: 0, assignment: known, state: .succeeded, objectives: [-5])
        let outside = TrialRecord(
            number: 0, assignment: Assignment([.float(0.1), .int(5), .choice(0), nil]),
            state: .succeeded, objectives: [-6])
        #expect(search.warmStart(with: [record, outside]) == 1)
        try search.tell(Self.succeeded(search.ask(1).suggestions[0], 1))
        #expect(search.best(5).map(\.number) == [0])
        #expect(search.history.rankedCount == 2)
    }
}
