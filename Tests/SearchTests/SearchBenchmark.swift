import Foundation
import Testing

@testable import Search

/// Measurements for Benchmarks/search; they run only when it asks for them, one after the other.
@Suite(
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["MLCTL_SEARCH_BENCHMARK"] != nil))
struct SearchBenchmark {
    static func algorithm(_ name: String) -> SearchAlgorithm? {
        switch name {
        case "random": .random
        case "sobol": .sobol
        case "halton": .halton
        case "tpe": .tpe(TPESettings())
        case "multivariateTpe": .multivariateTPE(TPESettings())
        case "gaussianProcess": .gaussianProcess(GaussianProcessSettings())
        case "cmaEs": .cmaEs(CMAESSettings())
        case "auto": .auto
        default: nil
        }
    }

    /// Lines `sampler,function,seed,trials,log10 regret`, appended to the file the variable names.
    @Test func regret() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let path = environment["MLCTL_SEARCH_BENCHMARK"], !path.isEmpty else { return }
        let names = (environment["MLCTL_SEARCH_SAMPLERS"] ?? "random").split(separator: ",")
        let wanted = environment["MLCTL_SEARCH_FUNCTIONS"]?.split(separator: ",").map(String.init)
        let seeds = UInt64(environment["MLCTL_SEARCH_SEEDS"] ?? "20") ?? 20
        let trials = Int(environment["MLCTL_SEARCH_TRIALS"] ?? "100") ?? 100
        var lines = ""
        for name in names {
            let isFailing = name.hasSuffix("-failing")
            let plain = isFailing ? String(name.dropLast(8)) : String(name)
            let algorithm = try #require(Self.algorithm(plain))
            for function in try ObjectiveFunction.all()
            where wanted?.contains(function.name) ?? true {
                for seed in 0..<seeds {
                    let regret = try function.logRegret(
                        algorithm, seed: seed, trials: trials, failing: isFailing)
                    lines += "\(name),\(function.name),\(seed),\(trials),\(regret)\n"
                }
            }
        }
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Milliseconds of one suggestion after so many trials in seven dimensions, the best of 20.
    @Test func cost() throws {
        let environment = ProcessInfo.processInfo.environment
        guard let list = environment["MLCTL_SEARCH_COST"] else { return }
        let space = try ObjectiveFunction.cube(7, 0, 1)
        for item in list.split(separator: ",") {
            let parts = item.split(separator: ":")
            let algorithm = try #require(Self.algorithm(String(parts[0])))
            let trials = try #require(Int(parts[1]))
            var search = try SearchState(
                SearchConfiguration(algorithm: .random, space: space, seed: 1))
            var records: [TrialRecord] = []
            for suggestion in search.ask(min(trials, 10_000)).suggestions {
                records.append(SearchStateTests.succeeded(suggestion, 0))
            }
            while records.count < trials {
                for suggestion in search.ask(min(trials - records.count, 10_000)).suggestions {
                    records.append(SearchStateTests.succeeded(suggestion, 0))
                }
            }
            var measured = try SearchState(
                SearchConfiguration(algorithm: algorithm, space: space, seed: 2))
            for index in records.indices {
                let values = ObjectiveFunction.numbers(records[index].assignment)
                records[index].objectives = [values.reduce(0) { $0 + ($1 - 0.3) * ($1 - 0.3) }]
            }
            measured.warmStart(with: records)
            let clock = ContinuousClock()
            var times: [Double] = []
            for _ in 0..<20 {
                var suggestion: Suggestion?
                let time = clock.measure { suggestion = measured.ask(1).suggestions.first }
                times.append(
                    Double(time.components.seconds) * 1e3
                        + Double(time.components.attoseconds) * 1e-15)
                let given = try #require(suggestion)
                let values = ObjectiveFunction.numbers(given.assignment)
                try measured.tell(
                    SearchStateTests.succeeded(
                        given, values.reduce(0) { $0 + ($1 - 0.3) * ($1 - 0.3) }))
            }
            times.sort()
            print("cost \(item) best \(times[0]) ms, median \(times[10]) ms")
        }
    }
}
