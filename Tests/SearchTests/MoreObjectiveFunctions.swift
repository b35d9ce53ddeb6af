import Foundation

@testable import Search

/// Noisy, deeper conditional and wider functions, and tuning tasks recorded from the engine; values
/// as in Benchmarks/search/functions.py.
extension ObjectiveFunction {
    static func noisy6() throws -> ObjectiveFunction {
        let exact = try hartmann6()
        return ObjectiveFunction(
            name: "noisy6", space: exact.space, minimum: exact.minimum, noise: 0.2,
            value: exact.value)
    }

    static func ellipsoid20() throws -> ObjectiveFunction {
        let centres = [0.31, -0.47, 0.12, 0.58, -0.23, -0.61, 0.44, 0.05, -0.35, 0.27]
        return ObjectiveFunction(name: "ellipsoid20", space: try cube(20, -3, 4), minimum: 0) {
            numbers($0).enumerated().reduce(0) {
                $0 + Double(1 + $1.offset % 4) * pow($1.element - centres[$1.offset % 10], 2)
            }
        }
    }

    static func conditional() throws -> ObjectiveFunction {
        let space = try SearchSpace([
            SearchParameter("rate", .logUniform(1e-4, 10)),
            SearchParameter("kind", .categorical(count: 4)),
            SearchParameter(
                "shift", .uniform(-2, 2),
                onlyIf: ParameterCondition(parent: "kind", choices: [1, 3])),
            SearchParameter("size", .int(IntRange(minimum: 1, maximum: 40))),
            SearchParameter("scale", .uniform(0, 3)),
            SearchParameter(
                "depth", .uniform(0, 1), onlyIf: ParameterCondition(parent: "kind", choices: [2])),
            SearchParameter("flag", .categorical(count: 2)),
        ])
        return ObjectiveFunction(name: "conditional", space: space, minimum: 0) {
            let p = numbers($0)
            let kind = Int(p[1])
            let error = log10(p[0]) - [0, -1, -2.5, 0.5][kind]
            var value = 0.6 * error * error + [0.2, 0, 0.1, 0.3][kind]
            value += 0.004 * pow(p[3] - 17, 2) + 0.7 * pow(p[4] - 1.1, 2)
            value += 0.2 * error * (p[4] - 1.1) + [0, 0.12][Int(p[6])]
            if !p[2].isNaN { value += 0.5 * pow(p[2] - 0.4 * error - 0.7, 2) }
            if !p[5].isNaN { value += 0.8 * pow(p[5] - 0.6, 2) }
            return value
        }
    }

    /// A grid of trainings of the engine (Benchmarks/search/record-tasks), between its points.
    static func recorded(_ name: String) throws -> ObjectiveFunction {
        let points = 7
        let table = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Benchmarks/search/tasks.csv")
        var losses = [Double](repeating: .nan, count: points * points * 3)
        for line in try String(contentsOf: table, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: ",")
            guard cells.count == 5, cells[0] == name, let rate = Int(cells[1]),
                let second = Int(cells[2]), let choice = Int(cells[3]), let loss = Double(cells[4])
            else { continue }
            losses[(rate * points + second) * 3 + choice] = loss
        }
        let isDecay = name == "housing"
        let space = try SearchSpace([
            SearchParameter("rate", .logUniform(1e-4, 1)),
            SearchParameter("second", isDecay ? .logUniform(1e-4, 1) : .uniform(0, 0.95)),
            SearchParameter("choice", .categorical(count: 3)),
        ])
        let loss = losses
        return ObjectiveFunction(name: name, space: space, minimum: 1, least: 1e-4) {
            let p = numbers($0)
            let rate = (log10(p[0]) + 4) / 4
            let second = isDecay ? (log10(p[1]) + 4) / 4 : p[1] / 0.95
            let row = min(Int(rate * 6), 5)
            let column = min(Int(second * 6), 5)
            func at(_ row: Int, _ column: Int) -> Double {
                loss[(row * points + column) * 3 + Int(p[2])]
            }
            let down = rate * 6 - Double(row)
            let right = second * 6 - Double(column)
            let upper = (1 - right) * at(row, column) + right * at(row, column + 1)
            let lower = (1 - right) * at(row + 1, column) + right * at(row + 1, column + 1)
            return (1 - down) * upper + down * lower
        }
    }
}
