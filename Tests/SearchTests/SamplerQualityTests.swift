import Testing

@testable import Search

/// Every sampler finds much better points than chance does; a sampler replaced by random, or one
/// that sees costs the wrong way round, does not.
struct SamplerQualityTests {
    private func median(
        _ algorithm: SearchAlgorithm, _ function: ObjectiveFunction, trials: Int,
        failing: Bool = false
    ) throws -> Double {
        let regrets = try (0..<5).map {
            try function.logRegret(algorithm, seed: $0, trials: trials, failing: failing)
        }.sorted()
        return regrets[2]
    }

    @Test func modelsAreFarBetterThanChanceOnBranin() throws {
        let function = try ObjectiveFunction.branin()
        let random = try median(.random, function, trials: 60)
        let limits: [(SearchAlgorithm, Double)] = [
            (.tpe(TPESettings()), 0.4), (.multivariateTPE(TPESettings()), 0.4),
            (.gaussianProcess(GaussianProcessSettings()), 2), (.auto, 2),
            (.cmaEs(CMAESSettings()), 0.3),
        ]
        for (algorithm, margin) in limits {
            let regret = try median(algorithm, function, trials: 60)
            #expect(regret < random - margin, "\(algorithm.name) \(regret), random \(random)")
        }
    }

    @Test func modelsLearnAMixedConditionalSpace() throws {
        let function = try ObjectiveFunction.mixed()
        let random = try median(.random, function, trials: 80)
        for algorithm in [
            SearchAlgorithm.tpe(TPESettings()), .multivariateTPE(TPESettings()),
            .gaussianProcess(GaussianProcessSettings()), .cmaEs(CMAESSettings()),
        ] {
            let regret = try median(algorithm, function, trials: 80)
            #expect(regret < random - 0.15, "\(algorithm.name) \(regret), random \(random)")
        }
    }

    @Test func failuresCostLittle() throws {
        let function = try ObjectiveFunction.branin()
        let random = try median(.random, function, trials: 60)
        let limits: [(SearchAlgorithm, Double)] = [
            (.tpe(TPESettings()), 0.2), (.gaussianProcess(GaussianProcessSettings()), 1.5),
            (.cmaEs(CMAESSettings()), 0.2), (.multivariateTPE(TPESettings()), 0.2),
            (.auto, 1.5),
        ]
        for (algorithm, margin) in limits {
            let regret = try median(algorithm, function, trials: 60, failing: true)
            #expect(regret < random - margin, "\(algorithm.name) \(regret), random \(random)")
        }
    }
}
