import Foundation
import Testing

@testable import Search

struct GaussianProcessTests {
    private static func points(_ count: Int, _ dimensions: Int) -> [[Double]] {
        var random = SearchRandom(seed: 3, purpose: .model, trial: 1)
        return (0..<count).map { _ in (0..<dimensions).map { _ in random.uniform() } }
    }

    private static let hyperparameters = GaussianProcess.Hyperparameters(
        inverseSquares: [1.5, 0.5, 2], signal: 0.3, noise: -6)

    private static func process(_ points: [[Double]], _ values: [Double]) -> GaussianProcess {
        var process = GaussianProcess(
            isCategorical: [false, false, true], isConditional: true,
            hyperparameters: hyperparameters,
            capacity: points.count)
        for point in points {
            let isAdded = process.append(point)
            #expect(isAdded)
        }
        process.observe(values)
        return process
    }

    /// The kernel as its definition says.
    private static func kernel(_ a: [Double], _ b: [Double]) -> Double {
        var square = 0.0
        for (index, pair) in zip(a, b).enumerated() {
            let difference =
                index == 2 ? (pair.0 == pair.1 ? 0 : 1) : (pair.0 - pair.1) * (pair.0 - pair.1)
            square += exp(hyperparameters.inverseSquares[index]) * difference
        }
        let r = (5 * square).squareRoot()
        return exp(0.3) * (1 + r + 5 * square / 3) * exp(-r)
    }

    /// Solves by elimination with pivots.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var a = matrix
        var b = right
        let n = b.count
        for column in 0..<n {
            let pivot = (column..<n).max { abs(a[$0][column]) < abs(a[$1][column]) } ?? column
            a.swapAt(column, pivot)
            b.swapAt(column, pivot)
            for row in (column + 1)..<max(n, column + 1) {
                let factor = a[row][column] / a[column][column]
                for index in column..<n { a[row][index] -= factor * a[column][index] }
                b[row] -= factor * b[column]
            }
        }
        for row in (0..<n).reversed() {
            for index in (row + 1)..<max(n, row + 1) { b[row] -= a[row][index] * b[index] }
            b[row] /= a[row][row]
        }
        return b
    }

    private static func data() -> ([[Double]], [Double]) {
        let points = points(21, 3).map { [$0[0], $0[1], ($0[2] * 3).rounded(.down) / 3 + 1.0 / 6] }
        return (points, points.map { sin(5 * $0[0]) + $0[1] * $0[1] - ($0[2] > 0.5 ? 0.3 : 0) })
    }

    @Test func predictionsAreThoseOfTheDefinition() {
        let (points, values) = Self.data()
        let process = Self.process(points, values)
        let matrix = points.enumerated().map { row, a in
            points.enumerated().map { column, b in
                Self.kernel(a, b) + (row == column ? exp(-6) : 0)
            }
        }
        var lanes = [SIMD8<Double>](repeating: SIMD8(repeating: 0), count: 3)
        let tests = Self.points(8, 3).map { [$0[0], $0[1], 0.5] }
        for (lane, point) in tests.enumerated() {
            for position in 0..<3 { lanes[position][lane] = point[position] }
        }
        var batch = GaussianProcessBatch()
        process.predict(lanes, slopes: true, into: &batch)
        for (lane, point) in tests.enumerated() {
            let row = points.map { Self.kernel(point, $0) }
            let mean = zip(row, Self.solve(matrix, values)).reduce(0) { $0 + $1.0 * $1.1 }
            let variance =
                exp(0.3) - zip(row, Self.solve(matrix, row)).reduce(0) { $0 + $1.0 * $1.1 }
            let single = process.predict(point)
            #expect(abs(single.mean - mean) < 1e-9)
            #expect(abs(single.variance - variance) < 1e-9)
            #expect(abs(batch.mean[lane] - mean) < 1e-9)
            #expect(abs(batch.variance[lane] - variance) < 1e-9)
            for position in 0..<2 {
                var moved = point
                moved[position] += 1e-6
                let other = process.predict(moved)
                let meanSlope = (other.mean - single.mean) / 1e-6
                let varianceSlope = (other.variance - single.variance) / 1e-6
                #expect(abs(batch.meanSlopes[position][lane] - meanSlope) < 1e-4)
                #expect(abs(batch.varianceSlopes[position][lane] - varianceSlope) < 1e-4)
            }
        }
    }

    @Test func theLikelihoodsGradientIsItsSlope() {
        let (points, values) = Self.data()
        let start = [0.4, -0.2, 1, 0.1, -4]
        for isNoisy in [true, false] {
            var likelihood = MarginalLikelihood(
                points: points, targets: values, isCategorical: [false, false, true],
                isNoisy: isNoisy)
            var gradient = [Double](repeating: 0, count: 5)
            var scratch = gradient
            let value = likelihood.value(at: start, gradient: &gradient)
            #expect(value > -.infinity)
            for index in 0..<5 {
                var up = start
                var down = start
                up[index] += 1e-5
                down[index] -= 1e-5
                let slope =
                    (likelihood.value(at: up, gradient: &scratch)
                        - likelihood.value(at: down, gradient: &scratch)) / 2e-5
                #expect(abs(slope - gradient[index]) < 1e-4 * max(1, abs(slope)))
            }
            let fitted = likelihood.climb(
                from: GaussianProcess.Hyperparameters(
                    inverseSquares: [0.4, -0.2, 1], signal: 0.1, noise: -4), limit: 60)
            let better = likelihood.value(
                at: fitted.inverseSquares + [fitted.signal, fitted.noise], gradient: &scratch)
            #expect(better > value)
            #expect(scratch.allSatisfy { abs($0) < 0.5 })
        }
    }

    @Test func expectedImprovementIsItsIntegral() {
        for (mean, deviation) in [(0.0, 1.0), (2, 0.5), (-1, 0.3), (0.5, 0.1)] {
            let plain = Acquisition(kind: .expectedImprovement, best: 0.2)
            let logarithmic = Acquisition(kind: .logExpectedImprovement, best: 0.2)
            var integral = 0.0
            let steps = 20_000
            for step in 0..<steps {
                let z = -10 + 20 * (Double(step) + 0.5) / Double(steps)
                let improvement = max(0, 0.2 - (mean + deviation * z))
                integral +=
                    improvement * exp(-0.5 * z * z) / (2 * Double.pi).squareRoot() * 20
                    / Double(steps)
            }
            let value = plain.promise(mean: mean, deviation: deviation).value
            #expect(abs(value - integral) < 1e-5 * max(integral, 1e-3))
            let logValue = logarithmic.promise(mean: mean, deviation: deviation).value
            #expect(abs(exp(logValue) - value) < 1e-5 * value + 1e-12)
        }
    }

    @Test func theLogarithmOfEIHasASlopeFarAway() {
        let acquisition = Acquisition(kind: .logExpectedImprovement, best: 0)
        for mean in [1.0, 5, 19, 21, 40, 200] {
            let here = acquisition.promise(mean: mean, deviation: 1)
            let meanSlope =
                (acquisition.promise(mean: mean + 1e-4, deviation: 1).value
                    - acquisition.promise(mean: mean - 1e-4, deviation: 1).value) / 2e-4
            let deviationSlope =
                (acquisition.promise(mean: mean, deviation: 1 + 1e-4).value
                    - acquisition.promise(mean: mean, deviation: 1 - 1e-4).value) / 2e-4
            #expect(here.value.isFinite)
            #expect(abs(here.byMean / meanSlope - 1) < 5e-3)
            #expect(abs(here.byDeviation / deviationSlope - 1) < 5e-3)
        }
    }

    @Test func aBatchSpreads() throws {
        let function = try ObjectiveFunction.branin()
        var search = try SearchState(
            SearchConfiguration(
                algorithm: .gaussianProcess(GaussianProcessSettings()), space: function.space,
                seed: 5))
        for suggestion in search.ask(15).suggestions {
            try search.tell(
                SearchStateTests.succeeded(suggestion, function.value(suggestion.assignment)))
        }
        let batch = search.ask(6).suggestions.map { ObjectiveFunction.numbers($0.assignment) }
        for left in batch.indices {
            for right in 0..<left {
                let distance = max(
                    abs(batch[left][0] - batch[right][0]), abs(batch[left][1] - batch[right][1]))
                #expect(distance > 0.15, "\(batch[left]) and \(batch[right])")
            }
        }
    }

    /// Where trials are pruned the costs of the others promise most: a process that forgot the
    /// pruned ones would ask for nothing else.
    @Test(arguments: [SearchAlgorithm.gaussianProcess(GaussianProcessSettings()), .auto])
    func prunedTrialsAreNotForgotten(algorithm: SearchAlgorithm) throws {
        let space = try SearchSpace([SearchParameter("x", .uniform(0, 1))])
        var search = try SearchState(
            SearchConfiguration(algorithm: algorithm, space: space, seed: 3))
        var lateInside = 0
        for index in 0..<50 {
            let suggestion = search.ask(1).suggestions[0]
            let x = ObjectiveFunction.numbers(suggestion.assignment)[0]
            var record = SearchStateTests.succeeded(suggestion, 1 - x)
            if x > 0.7 {
                record.state = .pruned
                record.objectives = []
                record.curve = [CurvePoint(step: 1, value: 1)]
                if index >= 20 { lateInside += 1 }
            }
            try search.tell(record)
        }
        #expect(lateInside <= 15, "\(lateInside) of 30 where all are pruned")
    }

    @Test func warpedCostsKeepTheirOrder() {
        let costs = [5.0, 1, 1000, 30, 2, 2, 1e6, 0.5]
        let warped = OutcomeWarp(costs).values
        for left in costs.indices {
            for right in costs.indices where costs[left] < costs[right] {
                #expect(warped[left] < warped[right])
            }
        }
        #expect(abs(warped.reduce(0, +)) < 1e-9)
        #expect(OutcomeWarp([3, 3, 3]).values == [0, 0, 0])
        let most = Double.greatestFiniteMagnitude
        for extreme in [1e300, most] {
            #expect(OutcomeWarp([extreme, -extreme, 0]).values.allSatisfy { $0.isFinite })
            #expect(OutcomeWarp([extreme, extreme, -extreme]).values.allSatisfy { $0.isFinite })
        }
    }
}
