import Testing

@testable import Training

/// Early stopping, best epoch and plateaus as functions of the figures alone.
struct SteeringTests {
    private func observe(_ figures: [Double], _ rules: Steering.Rules) -> Steering {
        var steering = Steering(rules)
        for (index, figure) in figures.enumerated() where !steering.isStopped {
            _ = steering.observe(figure, afterRounds: Int64(10 * (index + 1)))
        }
        return steering
    }

    @Test func patienceIsCountedFromTheBestFigure() {
        let rules = Steering.Rules(patience: 2, keepsBest: true)
        let steering = observe([3, 2, 2.5, 1, 1, 1.5, 0], rules)
        #expect(steering.isStopped)
        #expect(steering.best == 1)
        #expect(steering.bestRound == 40)
        #expect(steering.stale == 2)
        #expect(!observe([3, 2, 2.5, 1, 1], rules).isStopped)
    }

    @Test func aSmallChangeDoesNotCount() {
        let rules = Steering.Rules(patience: 2, leastChange: 0.5)
        let steering = observe([3, 2.8, 2.6], rules)
        #expect(steering.isStopped)
        #expect(steering.best == 3)
    }

    @Test func accuracyIsBetterWhenMore() {
        let rules = Steering.Rules(prefersMore: true, patience: 1)
        let steering = observe([0.5, 0.6, 0.55], rules)
        #expect(steering.isStopped)
        #expect(steering.best == 0.6)
        #expect(steering.isBest(0.7))
        #expect(!steering.isBest(0.6))
    }

    @Test func notANumberIsNeverBest() {
        let steering = observe([.nan, 2, .nan, .nan], Steering.Rules(patience: 2))
        #expect(steering.best == 2)
        #expect(steering.isStopped)
        #expect(!steering.isBest(.nan))
    }

    /// PyTorch's `ReduceLROnPlateau(factor=0.5, patience=1)` on the same figures: 1, 1, 1, 0.5,
    /// 0.5, 0.5, 0.25.
    @Test func thePlateauIsThatOfPyTorch() {
        let plateau = Steering.Plateau(factor: 0.5, patience: 1, minimum: 0.3)
        var steering = Steering(Steering.Rules(plateau: plateau))
        var factors: [Float] = []
        for figure in [1.0, 0.99995, 0.99999, 1.2, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85] {
            _ = steering.observe(figure, afterRounds: 1)
            factors.append(steering.rateFactor)
        }
        #expect(factors == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3, 0.3])
        #expect(!steering.isStopped)
    }

    @Test func comesBackAsItWas() {
        let rules = Steering.Rules(
            patience: 3, keepsBest: true,
            plateau: Steering.Plateau(factor: 0.5, patience: 1, minimum: 0))
        for figures in [[], [2.0], [2, 1, 1.5, 1.6, 1.7]] {
            let steering = observe(figures, rules)
            #expect(Steering(rules, encoded: steering.encoded) == steering)
        }
        #expect(Steering(rules, encoded: []) == nil)
        #expect(Steering(rules, encoded: [0, 0, 0, 2, 0, 0, 0]) == nil)
        #expect(Steering(rules, encoded: [0, 0, .max, 0, 0, 0, 0]) == nil)
    }
}
