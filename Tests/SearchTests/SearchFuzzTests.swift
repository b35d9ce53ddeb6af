import Testing

@testable import Search

/// Spaces, settings and results nobody would choose: every suggestion is a point of its space, no
/// value is given out twice while others are left, and a replay gives the same trials.
struct SearchFuzzTests {
    private static let bounds: [Double] = [
        -1e300, -3, -1e-300, 0, .leastNonzeroMagnitude, 0x1p-1030, 1e-12, 0.3, 1, 7, 1e12, 1e300,
    ]
    private static let results: [Double] = [
        .nan, .infinity, -.infinity, 0, -0.0, 1, 1, 2.5, -.greatestFiniteMagnitude,
        .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e200, -1e-200,
    ]

    private static func domain(_ random: inout SearchRandom) -> ParameterDomain {
        let scale: NumericScale = random.index(below: 2) == 0 ? .linear : .logarithmic
        let density: PriorDensity = random.index(below: 3) == 0 ? .normal : .uniform
        switch random.index(below: 5) {
        case 0, 1:
            let low = bounds[random.index(below: bounds.count)]
            let high = bounds[random.index(below: bounds.count)]
            let steps = [nil, nil, 0.1, 1e-300, high - low, (high - low) / 3]
            return .float(
                FloatRange(
                    minimum: low, maximum: high, scale: scale,
                    step: steps[random.index(below: steps.count)], density: density))
        case 2:
            let ends = [-(1 << 53), -4, 0, 1, 2, 3, 1000, 1 << 53]
            return .int(
                IntRange(
                    minimum: ends[random.index(below: ends.count)],
                    maximum: ends[random.index(below: ends.count)], scale: scale,
                    step: [1, 1, 2, 999, 1 << 52][random.index(below: 5)], density: density))
        case 3:
            return .categorical(count: [1, 2, 3, 1000, 100_000][random.index(below: 5)])
        default:
            return .ordinal(count: [1, 2, 5, 1000][random.index(below: 4)])
        }
    }

    /// Parameters until six, or as many of them as are valid; some hang on an earlier choice.
    private static func space(_ random: inout SearchRandom) throws -> SearchSpace {
        var parameters: [SearchParameter] = []
        var space = try SearchSpace([SearchParameter("first", .uniform(0, 1))])
        for index in 0..<30 where parameters.count < 1 + random.index(below: 6) {
            var parameter = SearchParameter("p\(index)", domain(&random))
            if let parent = parameters.last, random.index(below: 3) == 0 {
                parameter.condition = ParameterCondition(parent: parent.name, choices: [0])
            }
            // Refused ones are left out; that they are refused and do not trap is a part of this.
            guard let longer = try? SearchSpace(parameters + [parameter]) else { continue }
            parameters.append(parameter)
            space = longer
        }
        return space
    }

    private static func record(
        _ suggestion: Suggestion, _ random: inout SearchRandom
    ) -> TrialRecord {
        let value = results[random.index(below: results.count)]
        var record = SearchStateTests.succeeded(suggestion, value)
        switch random.index(below: 8) {
        case 0:
            record.state = .failed
            record.objectives = []
        case 1, 2:
            record.state = random.index(below: 2) == 0 ? .pruned : .paused
            record.objectives = []
            record.curve = [CurvePoint(step: random.index(below: 9), value: value)]
        default:
            break
        }
        return record
    }

    @Test(arguments: SearchDeterminismTests.algorithms, [UInt64(0), 1, 2, 3, 4, 5])
    func strangeSpacesAndResultsDoNotTrap(algorithm: SearchAlgorithm, seed: UInt64) throws {
        var random = SearchRandom(seed: seed, purpose: .values, trial: 77)
        let space = try Self.space(&random)
        let configuration = SearchConfiguration(
            algorithm: algorithm, space: space,
            directions: [random.index(below: 2) == 0 ? .minimize : .maximize], seed: seed)
        // Algorithms that need an order refuse a space without one.
        guard var search = try? SearchState(configuration) else { return }
        var events: [SearchEvent] = []
        var given: [Suggestion] = []
        for _ in 0..<12 {
            let batch = search.ask(4).suggestions
            for suggestion in batch {
                #expect(space.problem(with: suggestion.assignment) == nil)
                events.append(.suggested(suggestion))
            }
            given += batch
            // Some stay running.
            for suggestion in batch where random.index(below: 6) > 0 {
                let record = Self.record(suggestion, &random)
                try search.tell(record)
                events.append(.told(record))
            }
        }
        #expect(search.best(given.count + 1).allSatisfy { $0.value.isFinite })
        #expect(search.importance().allSatisfy { $0.share.isFinite })
        var again = try SearchState(configuration, replaying: events)
        #expect(again.ask(3) == search.ask(3))
    }

    @Test func stoppingRulesTakeAnyStepAndValue() throws {
        let rules: [EarlyStoppingRule] = [
            .median(MedianSettings(minimumPeers: 1)), .asha(HalvingSettings(maximumBudget: 9)),
            .hyperband(HalvingSettings(maximumBudget: 9)), .patience(PatienceSettings(steps: 2)),
            .threshold(ThresholdSettings(lower: -1, upper: 5)),
            .katibMedianStop(KatibMedianStopSettings()), .auto(AutoStoppingSettings()),
        ]
        let steps = [Int.min, -1, 0, 1, 1, 3, 9, 4_000_000_000, Int.max, 2]
        for rule in rules {
            for direction in [OptimizationDirection.minimize, .maximize] {
                var stopping = try EarlyStopping(rule, direction: direction)
                var random = SearchRandom(seed: 3, purpose: .values, trial: 0)
                for trial in 0..<40 {
                    stopping.begin(trial: trial)
                    for step in steps {
                        let value = Self.results[random.index(below: Self.results.count)]
                        _ = stopping.report(trial: trial, step: step, value: value)
                    }
                    if trial % 3 == 0 { stopping.remove(trial: trial) }
                    if trial % 3 == 1 { stopping.succeed(trial: trial) }
                }
            }
        }
    }

    @Test func negativeStepsAreNoReports() throws {
        var stopping = try EarlyStopping(
            .patience(PatienceSettings(steps: 2)), direction: .minimize)
        #expect(stopping.report(trial: 0, step: .min, value: 1) == .proceed)
        #expect(stopping.report(trial: 0, step: 0, value: 1) == .proceed)
        #expect(stopping.report(trial: 0, step: 1, value: 1) == .proceed)
        #expect(stopping.report(trial: 0, step: 2, value: 1) != .proceed)
    }
}
