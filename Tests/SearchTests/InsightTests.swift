import Testing

@testable import Search

struct InsightTests {
    @Test func importanceIsTheShareOfTheVariance() throws {
        // Over the cube, 4x has the variance 16/12, 2y 4/12 and z nothing: 0.8, 0.2, 0.
        var random = SearchRandom(seed: 1, purpose: .model, trial: 0)
        let points = (0..<600).map { _ in (0..<3).map { _ in random.uniform() } }
        let forest = ImportanceForest(
            points: points, values: points.map { 4 * $0[0] + 2 * $0[1] }, dimensions: 3, seed: 2)
        #expect(abs(forest.shares[0] - 0.8) < 0.06)
        #expect(abs(forest.shares[1] - 0.2) < 0.06)
        #expect(forest.shares[2] < 0.02)
    }

    @Test func importanceIsToldOfASearch() throws {
        let function = try ObjectiveFunction.mixed()
        var search = try SearchState(
            SearchConfiguration(algorithm: .random, space: function.space, seed: 1))
        #expect(search.importance().isEmpty)
        for suggestion in search.ask(300).suggestions {
            try search.tell(
                SearchStateTests.succeeded(suggestion, function.value(suggestion.assignment)))
        }
        let importance = search.importance()
        #expect(importance.first?.name == "rate")
        #expect(importance.map(\.share).reduce(0, +) <= 1.0001)
        #expect(importance.count == 7)
    }

    @Test func ranksAndTheFrontOfManyTrialsAreQuick() throws {
        let space = try ObjectiveFunction.cube(2, 0, 1)
        var search = try SearchState(
            SearchConfiguration(
                algorithm: .random, space: space, directions: [.minimize, .maximize], seed: 1))
        var values: [[Double]] = []
        for _ in 0..<3 {
            for suggestion in search.ask(10_000).suggestions {
                let x = ObjectiveFunction.numbers(suggestion.assignment)
                values.append([x[0], -x[1]])
                try search.tell(
                    TrialRecord(
                        number: suggestion.number, assignment: suggestion.assignment,
                        state: .succeeded, objectives: [x[0], x[1]]))
            }
        }
        let front = search.paretoFront()
        #expect(front.count < 60)
        for number in front.prefix(5) {
            #expect(!values.contains { ParetoFront.dominates($0, values[number]) })
        }
        let best = search.best(3)
        #expect(best.map { search.rank(of: $0.number) } == [0, 1, 2])
        #expect(values[best[0].number][0] == values.map { $0[0] }.min())
    }
}
