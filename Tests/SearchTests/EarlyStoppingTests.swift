import Testing

@testable import Search

struct EarlyStoppingTests {
    private func isStop(_ decision: StoppingDecision) -> Bool {
        if case .stop = decision { return true }
        return false
    }

    @Test func theMedianIsThatOfThePeersAtTheSameStep() throws {
        var stopping = try EarlyStopping(
            .median(MedianSettings(minimumPeers: 4, startStep: 2)), direction: .maximize)
        for trial in 0..<4 {
            for step in 1...3 {
                let value = 0.1 * Double(step) + 0.1 * Double(trial)
                #expect(stopping.report(trial: trial, step: step, value: value) == .proceed)
            }
        }
        // At step 2 the peers stand at 0.2, 0.3, 0.4, 0.5: the median is 0.35.
        #expect(stopping.report(trial: 4, step: 1, value: 0) == .proceed)
        #expect(stopping.report(trial: 5, step: 1, value: 0) == .proceed)
        let decision = stopping.report(trial: 4, step: 2, value: 0.34)
        #expect(
            decision
                == .stop(reason: "median of 4 peers at step 2 is 0.35, here it is 0.34"))
        // The stopped one counts as well: 0.2, 0.3, 0.34, 0.4, 0.5.
        #expect(stopping.report(trial: 5, step: 2, value: 0.35) == .proceed)
    }

    @Test func peersCountAtStepsTheyPassedWithoutAReport() throws {
        var stopping = try EarlyStopping(
            .median(MedianSettings(minimumPeers: 2)), direction: .minimize)
        for trial in 0..<2 {
            _ = stopping.report(trial: trial, step: 2, value: 1)
            _ = stopping.report(trial: trial, step: 8, value: 0.5)
        }
        // At step 5 both peers stand at 1, their best up to then.
        #expect(stopping.report(trial: 2, step: 5, value: 0.9) == .proceed)
        #expect(isStop(stopping.report(trial: 3, step: 5, value: 1.1)))
        #expect(isStop(stopping.report(trial: 4, step: 5, value: .nan)))
    }

    @Test func aRemovedTrialIsNoPeer() throws {
        var stopping = try EarlyStopping(
            .median(MedianSettings(minimumPeers: 2)), direction: .minimize)
        for trial in 0..<3 { _ = stopping.report(trial: trial, step: 1, value: Double(trial)) }
        stopping.remove(trial: 0)
        // Left are 1 and 2.
        #expect(stopping.report(trial: 3, step: 1, value: 1.5) == .proceed)
        #expect(isStop(stopping.report(trial: 4, step: 1, value: 1.6)))
    }

    @Test func aRungKeepsItsBetterPart() throws {
        for direction in [OptimizationDirection.minimize, .maximize] {
            var stopping = try EarlyStopping(
                .asha(HalvingSettings(minimumBudget: 1, maximumBudget: 9)), direction: direction)
            // Told from the best to the worst: of the n at the rung, the best max(1, n / 3) go on.
            let sign = direction == .minimize ? 1.0 : -1.0
            var passed: [Int] = []
            for trial in 0..<9
            where stopping.report(
                trial: trial, step: 1, value: sign * Double(9 - trial)) == .proceed
            {
                passed.append(trial)
            }
            // Each one is better than all before it.
            #expect(passed == Array(0..<9))
            let worst = stopping.report(trial: 9, step: 1, value: sign * 100)
            #expect(
                worst == .stop(reason: "place 10 of 10 at the rung of step 1, the best 3 go on"))
            #expect(stopping.report(trial: 10, step: 1, value: sign * 2.5) == .proceed)
            #expect(isStop(stopping.report(trial: 11, step: 1, value: sign * 4.5)))
        }
    }

    @Test func patienceEndsAfterStepsWithoutImprovement() throws {
        var stopping = try EarlyStopping(
            .patience(PatienceSettings(steps: 3, minimumImprovement: 0.1)), direction: .minimize)
        let values = [1.0, 0.8, 0.75, 0.79, 0.71]
        for (step, value) in values.enumerated() {
            let decision = stopping.report(trial: 0, step: step, value: value)
            #expect(isStop(decision) == (step == 4))
        }
    }

    @Test func thresholdsAreMeasuredValues() throws {
        var stopping = try EarlyStopping(
            .threshold(ThresholdSettings(lower: 0.2, upper: 10, startStep: 1)),
            direction: .maximize)
        #expect(stopping.report(trial: 0, step: 0, value: 0.1) == .proceed)
        #expect(
            stopping.report(trial: 0, step: 1, value: 0.1)
                == .stop(reason: "0.1 at step 1 is below 0.2"))
        #expect(isStop(stopping.report(trial: 1, step: 1, value: 11)))
        #expect(isStop(stopping.report(trial: 2, step: 1, value: .nan)))
        #expect(stopping.report(trial: 3, step: 1, value: 5) == .proceed)
    }

    @Test func katibsRuleIsAMeanLookedAtOnce() throws {
        var stopping = try EarlyStopping(
            .katibMedianStop(KatibMedianStopSettings(minimumTrials: 2, startReports: 2)),
            direction: .maximize)
        for trial in 0..<2 {
            stopping.begin(trial: trial)
            for (step, value) in [0.2, 0.4, 0.9].enumerated() {
                let value = value + 0.2 * Double(trial)
                #expect(stopping.report(trial: trial, step: step, value: value) == .proceed)
            }
        }
        stopping.begin(trial: 2)
        stopping.succeed(trial: 0)
        stopping.succeed(trial: 1)
        // Means of two reports are 0.3 and 0.5: the threshold is 0.4 for those that begin now.
        for trial in 3...4 { stopping.begin(trial: trial) }
        for trial in 2...4 {
            #expect(stopping.report(trial: trial, step: 0, value: 0.1) == .proceed)
        }
        #expect(stopping.report(trial: 2, step: 1, value: 0.1) == .proceed)
        #expect(isStop(stopping.report(trial: 3, step: 1, value: 0.39)))
        #expect(stopping.report(trial: 4, step: 1, value: 0.41) == .proceed)
        #expect(stopping.report(trial: 4, step: 2, value: 0) == .proceed)
    }

    @Test(arguments: [
        EarlyStoppingRule.median(MedianSettings(minimumPeers: 0)),
        .patience(PatienceSettings(steps: 0)), .threshold(ThresholdSettings()),
        .asha(HalvingSettings(minimumBudget: 1, maximumBudget: 9, reduction: 1)),
        .asha(HalvingSettings(minimumBudget: 0, maximumBudget: 9)),
        .hyperband(HalvingSettings(minimumBudget: 10, maximumBudget: 9)),
        .auto(AutoStoppingSettings(minimumPeers: 0)),
    ])
    func senselessSettingsAreRefused(rule: EarlyStoppingRule) {
        #expect(throws: SearchRefusal.self) {
            try EarlyStopping(rule, direction: .minimize)
        }
    }
}
