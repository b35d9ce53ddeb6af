import Foundation
import Testing

@testable import Search

struct EvolutionTests {
    @Test func theFirstGenerationIsNormalAroundTheMiddle() throws {
        let space = try ObjectiveFunction.cube(3, 0, 1)
        var search = try SearchState(
            SearchConfiguration(
                algorithm: .cmaEs(CMAESSettings(sigma: 0.1)), space: space, seed: 2))
        let draws = search.ask(2000).suggestions.map { ObjectiveFunction.numbers($0.assignment) }
        for position in 0..<3 {
            let places = draws.map {
                0.5 * erfc(-($0[position] - 0.5) / 0.1 / 2.0.squareRoot())
            }
            #expect(RandomSamplerTests.kolmogorovDistance(places) < 1.95 / 2000.0.squareRoot())
        }
    }

    @Test func eigenvectorsRebuildTheMatrix() {
        let size = 6
        var random = SearchRandom(seed: 1, purpose: .model, trial: 0)
        var matrix = [Double](repeating: 0, count: 36)
        for row in 0..<size {
            for column in 0...row {
                matrix[row * size + column] = random.normal()
                matrix[column * size + row] = matrix[row * size + column]
            }
        }
        let eigen = SymmetricEigen(matrix, size: size)
        for row in 0..<size {
            for column in 0..<size {
                var sum = 0.0
                for index in 0..<size {
                    sum +=
                        eigen.vectors[row * size + index] * eigen.values[index]
                        * eigen.vectors[column * size + index]
                }
                #expect(abs(sum - matrix[row * size + column]) < 1e-12)
            }
        }
    }

    /// A rotated ellipsoid with axes of 1 to 1000.
    @Test func theMatrixTurnsAndStretches() {
        let size = 5
        var run = CovarianceAdaptation(
            mean: Array(repeating: 0.5, count: size), sigma: 0.2, population: 8)
        func cost(_ x: [Double]) -> Double {
            var total = 0.0
            for index in 0..<size {
                // Reflected at the plane orthogonal to (1, 1, 1, 1, 1).
                let along = x.reduce(0) { $0 + $1 - 0.3 } * 2 / Double(size)
                let y = x[index] - 0.3 - along
                total += pow(1000, Double(index) / 4) * y * y
            }
            return total
        }
        for generation in 0..<250 {
            let points = (0..<8).map { member -> [Double] in
                var random = SearchRandom(
                    seed: 1, purpose: .evolution, trial: UInt64(generation * 8 + member))
                return run.sample(&random)
            }
            run.update(
                points.map { (point: $0, cost: cost($0)) }.sorted { $0.cost < $1.cost })
        }
        #expect(cost(run.mean) < 1e-12)
    }

    @Test func theMarginKeepsWholeNumbersMoving() throws {
        let axes = [
            UnitAxis(.int(IntRange(minimum: 0, maximum: 10))), UnitAxis(.uniform(0, 1)),
        ]
        for place in [0.02, 0.31, 0.5, 0.98] {
            var run = CovarianceAdaptation(mean: [place, 0.5], sigma: 1e-5, population: 6)
            run.keepMargin(axes)
            let level = axes[0].value(at: place)
            var left = 0
            for number in 0..<4000 {
                var random = SearchRandom(seed: 1, purpose: .evolution, trial: UInt64(number))
                if axes[0].value(at: run.sample(&random)[0]) != level { left += 1 }
            }
            // The margin is 1/12: a mean of 333 leave, half of it where one side alone is near.
            #expect(left > 130, "\(place): \(left)")
            #expect(axes[0].value(at: run.mean[0]) == level)
        }
    }

    @Test func populationTrainingReplacesTheWorst() throws {
        let space = try SearchSpace([
            SearchParameter("lr", .logUniform(1e-4, 1)), SearchParameter("k", .ordinal(count: 4)),
        ])
        var search = try SearchState(
            SearchConfiguration(
                algorithm: .pbt(
                    PopulationSettings(population: 5, interval: 3, truncation: 0.2, generations: 2)
                ), space: space, seed: 3))
        let first = search.ask(9)
        #expect(first.suggestions.count == 5)
        guard case .waiting = first.shortage else {
            Issue.record("the next generation began too early")
            return
        }
        #expect(first.suggestions.allSatisfy { $0.rung?.budget == 3 && $0.parent == nil })
        // Trial 2 is best, 4 is worst, 1 fails.
        let values = [3.0, .nan, 1, 4, 9]
        for suggestion in first.suggestions {
            try search.tell(
                SearchStateTests.succeeded(suggestion, values[suggestion.number]))
        }
        let second = search.ask(9).suggestions
        #expect(
            second.map(\.parent) == [0, 2, 2, 3, 4] || second.map(\.parent) == [0, 2, 2, 3, 2])
        #expect(second.allSatisfy { $0.rung?.budget == 6 && $0.generation == 1 })
        for suggestion in second where suggestion.parent == suggestion.number - 5 {
            #expect(suggestion.assignment == first.suggestions[suggestion.number - 5].assignment)
        }
        let copied = second[1].assignment
        #expect(copied != first.suggestions[1].assignment)
        for suggestion in second { try search.tell(SearchStateTests.succeeded(suggestion, 1)) }
        guard case .exhausted = search.ask(1).shortage else {
            Issue.record("two generations were asked for")
            return
        }
    }

    @Test func frontsAndCrowdingAreThoseOfTheDefinition() {
        var random = SearchRandom(seed: 4, purpose: .model, trial: 0)
        for width in 1...3 {
            let vectors = (0..<60).map { _ in
                (0..<width).map { _ in (random.uniform() * 8).rounded() }
            }
            let naive = vectors.indices.filter { index in
                !vectors.contains { ParetoFront.dominates($0, vectors[index]) }
            }
            #expect(ParetoFront.indices(of: vectors) == naive)
        }
        let line = [[0.0, 4], [1, 2], [4, 0]]
        #expect(ParetoFront.crowding(of: line) == [.infinity, 2, .infinity])
        #expect(ParetoFront.ranks(of: [[1, 1], [2, 2], [0, 3], [3, 3]]) == [0, 1, 0, 2])
    }

    @Test func nsga2FindsTheFrontOfTwoObjectives() throws {
        func best(_ algorithm: SearchAlgorithm) throws -> Double {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: algorithm, space: try ObjectiveFunction.cube(6, 0, 1),
                    directions: [.minimize, .maximize], seed: 5))
            var found: [[Double]] = []
            for _ in 0..<600 {
                let suggestion = search.ask(1).suggestions[0]
                let x = ObjectiveFunction.numbers(suggestion.assignment)
                // ZDT1, its second objective turned round.
                let g = 1 + 9 * x.dropFirst().reduce(0, +) / 5
                let second = g * (1 - (x[0] / g).squareRoot())
                found.append([x[0], second])
                try search.tell(
                    TrialRecord(
                        number: suggestion.number, assignment: suggestion.assignment,
                        state: .succeeded, objectives: [x[0], -second],
                        generation: suggestion.generation))
            }
            // The area dominated within the box up to (1, 5).
            let front = ParetoFront.indices(of: found).map { found[$0] }.sorted { $0[0] < $1[0] }
            var area = 0.0
            for (index, point) in front.enumerated() where point[1] < 5 {
                let end = index + 1 < front.count ? front[index + 1][0] : 1
                area += (end - point[0]) * (5 - point[1])
            }
            return area
        }
        let random = try best(.random)
        let genetic = try best(.nsga2(GeneticSettings(population: 30)))
        // The whole front dominates 4 2/3.
        #expect(genetic > random + 0.3)
        #expect(genetic > 4)
    }
}
