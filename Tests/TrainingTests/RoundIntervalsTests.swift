import Testing

@testable import Training

@Suite struct RoundIntervalsTests {
    private func lengths(
        _ rule: RoundIntervals.Rule, steps: Int, rate: (Int) -> Float = { _ in 0.1 }
    ) -> [Int] {
        let intervals = RoundIntervals(rule, totalSteps: steps, rate: rate)
        let rounds = (0..<intervals.rounds).map { intervals.steps(inRound: $0) }
        // Rounds follow each other without gap and cover the job.
        #expect(rounds.first?.lowerBound == 0)
        #expect(rounds.last?.upperBound == steps)
        for (round, next) in zip(rounds, rounds.dropFirst()) {
            #expect(round.upperBound == next.lowerBound)
        }
        return rounds.map(\.count)
    }

    @Test func fixedRoundsEndWithAShorterOne() {
        #expect(lengths(.fixed(4), steps: 10) == [4, 4, 2])
        #expect(lengths(.fixed(1), steps: 3) == [1, 1, 1])
        #expect(lengths(.fixed(100), steps: 7) == [7])
    }

    @Test func onceIsOneRound() {
        #expect(lengths(.once, steps: 1_000) == [1_000])
    }

    @Test func postLocalAveragesEveryStepFirst() {
        #expect(lengths(.postLocal(start: 3, steps: 4), steps: 12) == [1, 1, 1, 4, 4, 1])
        #expect(lengths(.postLocal(start: 9, steps: 4), steps: 3) == [1, 1, 1])
        #expect(lengths(.postLocal(start: 2, steps: 1), steps: 4) == [1, 1, 1, 1])
    }

    @Test func growingFollowsTheSquareOfTheRate() {
        // (0.4 / rate)²: 4 at 0.2, 16 at 0.1, without end at 0.
        let rates: (Int) -> Float = { $0 < 8 ? 0.2 : $0 < 30 ? 0.1 : 0 }
        #expect(
            lengths(.growing(base: 2, alpha: 0.4), steps: 100, rate: rates) == [4, 4, 16, 16, 60])
        #expect(lengths(.growing(base: 6, alpha: 0.4), steps: 12, rate: { _ in 0.2 }) == [6, 6])
        #expect(RoundIntervals.length(base: 3, alpha: 1, rate: 0) == 1_000_000_000)
        #expect(RoundIntervals.length(base: 3, alpha: 1, rate: .leastNonzeroMagnitude) >= 3)
    }

    @Test func aMeasuredLengthTakesOverAtItsRound() {
        #expect(lengths(.switched(first: 2, round: 3, steps: 5), steps: 14) == [2, 2, 2, 5, 3])
        #expect(lengths(.switched(first: 2, round: 30, steps: 5), steps: 5) == [2, 2, 1])
        #expect(lengths(.switched(first: 2, round: 0, steps: 5), steps: 7) == [5, 2])
    }

    /// Only rows of the epochs asked for count, and only the job's last step holds others.
    @Test func samplesOfTheLastStepAreThoseAskedFor() throws {
        let plan = try TrainingPlan(
            replicas: 3, batchSize: 10, epochs: 1, every: 2, seed: 1, trainRows: 75)
        #expect(plan.totalSteps == 3)
        let asked = (0..<2).map { round in
            (0..<3).map { plan.samplesAsked(inRound: round, replica: $0) }
        }
        #expect(asked == [[20, 20, 20], [10, 5, 0]])
    }
}
