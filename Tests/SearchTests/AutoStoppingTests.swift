import Testing

@testable import Search

/// The rule `auto` against learning curves of the engine.
struct AutoStoppingTests {
    private static func curves(_ table: String) -> [[Double]] {
        table.split(separator: "\n").map { line in
            line.split(separator: " ").compactMap { Double($0) }
        }
    }

    /// Runs a tuning one trial after the other; the stopped ones, and the part of the steps saved.
    private func run(
        _ rule: EarlyStoppingRule, _ curves: [[Double]], order: [Int], sign: Double = 1
    ) throws -> (stopped: Set<Int>, saved: Double) {
        var stopping = try EarlyStopping(rule, direction: sign > 0 ? .minimize : .maximize)
        var stopped: Set<Int> = []
        var saved = 0
        for trial in order {
            stopping.begin(trial: trial)
            var isStopped = false
            for (index, value) in curves[trial].enumerated() {
                let decision = stopping.report(trial: trial, step: index + 1, value: sign * value)
                if case .stop = decision, index + 1 < curves[trial].count {
                    isStopped = true
                    saved += curves[trial].count - index - 1
                    break
                }
            }
            if isStopped { stopped.insert(trial) } else { stopping.succeed(trial: trial) }
        }
        return (stopped, Double(saved) / Double(curves.reduce(0) { $0 + $1.count }))
    }

    /// Of the trials that would have ended among the best tenth the part that is stopped, and the
    /// part of all steps saved, over 20 orders of the trials.
    private func judge(
        _ rule: EarlyStoppingRule, _ curves: [[Double]], sign: Double = 1
    ) throws -> (wrong: Double, saved: Double) {
        let ranked = curves.indices.sorted {
            (curves[$0].min() ?? 0, $0) < (curves[$1].min() ?? 0, $1)
        }
        let best = Set(ranked.prefix(curves.count / 10))
        var wrong = 0
        var saved = 0.0
        for seed in 0..<20 {
            var random = SearchRandom(seed: UInt64(seed), purpose: .values, trial: 0)
            let order = curves.indices.map { (random.uniform(), $0) }.sorted { $0.0 < $1.0 }
            let result = try run(rule, curves, order: order.map(\.1), sign: sign)
            wrong += result.stopped.intersection(best).count
            saved += result.saved / 20
        }
        return (Double(wrong) / Double(20 * best.count), saved)
    }

    @Test(arguments: [0, 1])
    func autoStopsFewOfTheBestTenthOnCurvesItWasNotTunedOn(table: Int) throws {
        let curves = Self.curves(TestingCurves.tables[table])
        let rule = EarlyStoppingRule.auto(AutoStoppingSettings())
        let (wrong, saved) = try judge(rule, curves)
        #expect(wrong <= 0.05, "stopped \(wrong) of the best tenth")
        #expect(saved >= 0.25, "saved \(saved) of the steps")
        // Maximizing the negated values is the same.
        let mirrored = try judge(rule, curves, sign: -1)
        #expect(mirrored.wrong == wrong && mirrored.saved == saved)
    }

    @Test(arguments: [0, 1])
    func autoSavesHalfOnTheCurvesItWasTunedOn(table: Int) throws {
        let (wrong, saved) = try judge(
            .auto(AutoStoppingSettings()), Self.curves(TuningCurves.tables[table]))
        #expect(wrong <= 0.05, "stopped \(wrong) of the best tenth")
        #expect(saved >= 0.45, "saved \(saved) of the steps")
    }

    @Test func goodTrialsThatBeginSlowlyProtectTheSlow() throws {
        // The last place at the first step is the first at the end.
        let curves = (0..<30).map { trial in [Double(60 - trial), Double(trial)] }
        let order = (0..<30).map { $0 * 7 % 30 }
        let result = try run(.auto(AutoStoppingSettings()), curves, order: order)
        #expect(result.stopped.isEmpty)
    }

    @Test func autoWaitsForPeersThatEnded() throws {
        var stopping = try EarlyStopping(
            .auto(AutoStoppingSettings(minimumPeers: 4)), direction: .minimize)
        for trial in 0..<20 {
            #expect(
                stopping.report(trial: trial, step: 1, value: Double(trial)) == .proceed)
        }
        for trial in 0..<4 { stopping.succeed(trial: trial) }
        let decision = stopping.report(trial: 20, step: 1, value: 100)
        #expect(
            decision
                == .stop(
                    reason: "place 21 of 21 at step 1; the best 3 that ended were never behind "
                        + "place 3"))
    }
}
