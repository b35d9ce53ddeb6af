import Foundation

@testable import Search

/// The functions of the search benchmark; values as in Benchmarks/search/functions.py.
struct ObjectiveFunction: Sendable {
    let name: String
    let space: SearchSpace
    let minimum: Double
    /// Standard deviation of what is added to a measurement.
    var noise = 0.0
    /// Regrets below this say nothing.
    var least = 1e-12
    let value: @Sendable (Assignment) -> Double

    static func all() throws -> [ObjectiveFunction] {
        [
            try branin(), try hartmann6(), try levy10(), try rosenbrock5(), try mixed(),
            try recorded("digits"), try recorded("a9a"), try recorded("housing"),
            try noisy6(), try conditional(), try ellipsoid20(),
        ]
    }

    static func cube(_ count: Int, _ low: Double, _ high: Double) throws -> SearchSpace {
        try SearchSpace((0..<count).map { SearchParameter("x\($0)", .uniform(low, high)) })
    }

    static func numbers(_ assignment: Assignment) -> [Double] {
        assignment.values.map {
            switch $0 {
            case .float(let value)?: value
            case .int(let value)?: Double(value)
            case .choice(let value)?: Double(value)
            case nil: .nan
            }
        }
    }

    static func branin() throws -> ObjectiveFunction {
        let space = try SearchSpace([
            SearchParameter("x", .uniform(-5, 10)), SearchParameter("y", .uniform(0, 15)),
        ])
        return ObjectiveFunction(name: "branin", space: space, minimum: 0.39788735772973816) {
            let p = numbers($0)
            let b = 5.1 / (4 * Double.pi * Double.pi)
            let c = 5 / Double.pi
            let inner = p[1] - b * p[0] * p[0] + c * p[0] - 6
            return inner * inner + 10 * (1 - 1 / (8 * Double.pi)) * cos(p[0]) + 10
        }
    }

    static func hartmann6() throws -> ObjectiveFunction {
        let alpha = [1.0, 1.2, 3.0, 3.2]
        let a: [[Double]] = [
            [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
            [17, 8, 0.05, 10, 0.1, 14],
        ]
        let centers = [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
            [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
            [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ]
        return ObjectiveFunction(
            name: "hartmann6", space: try cube(6, 0, 1), minimum: -3.3223680114155147
        ) {
            let p = numbers($0)
            var total = 0.0
            for row in 0..<4 {
                var exponent = 0.0
                for index in 0..<6 {
                    let distance = p[index] - centers[row][index]
                    exponent += a[row][index] * distance * distance
                }
                total += alpha[row] * exp(-exponent)
            }
            return -total
        }
    }

    static func levy10() throws -> ObjectiveFunction {
        ObjectiveFunction(name: "levy10", space: try cube(10, -10, 10), minimum: 0) {
            let w = numbers($0).map { 1 + ($0 - 1) / 4 }
            var total = pow(sin(Double.pi * w[0]), 2)
            for value in w.dropLast() {
                total += pow(value - 1, 2) * (1 + 10 * pow(sin(Double.pi * value + 1), 2))
            }
            return total + pow(w[9] - 1, 2) * (1 + pow(sin(2 * Double.pi * w[9]), 2))
        }
    }

    static func rosenbrock5() throws -> ObjectiveFunction {
        ObjectiveFunction(name: "rosenbrock5", space: try cube(5, -5, 10), minimum: 0) {
            let p = numbers($0)
            return zip(p, p.dropFirst()).reduce(0) {
                $0 + 100 * pow($1.1 - $1.0 * $1.0, 2) + pow(1 - $1.0, 2)
            }
        }
    }

    static func mixed() throws -> ObjectiveFunction {
        let space = try SearchSpace([
            SearchParameter("rate", .logUniform(1e-5, 1)),
            SearchParameter("decay", .uniform(0, 1)),
            SearchParameter("layers", .int(IntRange(minimum: 1, maximum: 6))),
            SearchParameter(
                "units", .int(IntRange(minimum: 8, maximum: 512, scale: .logarithmic))),
            SearchParameter("optimizer", .categorical(count: 3)),
            SearchParameter(
                "momentum", .uniform(0, 0.99),
                onlyIf: ParameterCondition(parent: "optimizer", choices: [0])),
            SearchParameter("activation", .categorical(count: 3)),
        ])
        return ObjectiveFunction(name: "mixed", space: space, minimum: 0) {
            let p = numbers($0)
            let optimizer = Int(p[4])
            let rate = log10(p[0]) - [-1.5, -3, -2.5][optimizer]
            let depth = p[2] - 3
            var value = 0.5 * rate * rate + 0.15 * depth * depth + 0.2 * rate * depth
            value += 2 * pow(p[1] - 0.3, 2) + 0.1 * pow(log2(p[3]) - 6, 2)
            value += [0, 0.15, 0.3][optimizer] + [0, 0.1, 0.25][Int(p[6])]
            if optimizer == 0 { value += 1.5 * pow(p[5] - 0.9, 2) }
            return value
        }
    }

    /// Runs a search one trial at a time; the logarithm to base 10 of the regret at the end. Of
    /// noisy measurements the best decides, its exact value counts.
    func logRegret(
        _ algorithm: SearchAlgorithm, seed: UInt64, trials: Int, failing: Bool = false,
        direction: OptimizationDirection = .minimize
    ) throws -> Double {
        var search = try SearchState(
            SearchConfiguration(
                algorithm: algorithm, space: space, directions: [direction], seed: seed))
        let sign = direction == .minimize ? 1.0 : -1.0
        var chance = SearchRandom(seed: seed, purpose: .values, trial: 1 << 40)
        var exact: [Double] = []
        for index in 0..<trials {
            guard let suggestion = search.ask(1).suggestions.first else { break }
            let value = value(suggestion.assignment)
            exact.append(value)
            let measured =
                failing && index % 5 == 2 ? .nan : sign * (value + noise * chance.normal())
            try search.tell(SearchStateTests.succeeded(suggestion, measured))
        }
        guard let best = search.best().first else { return .infinity }
        return log10(max(exact[best.number] - minimum, least))
    }
}
