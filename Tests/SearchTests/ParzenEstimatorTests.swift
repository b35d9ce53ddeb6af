import Foundation
import Testing

@testable import Search

struct ParzenEstimatorTests {
    /// A history of finished trials at these values of one real parameter and one choice.
    private func history(_ places: [(Double, Int)]) throws -> TrialHistory {
        let space = try SearchSpace([
            SearchParameter("x", .uniform(0, 1)), SearchParameter("c", .categorical(count: 3)),
        ])
        var history = TrialHistory(space: space, directions: [.minimize])
        for (number, place) in places.enumerated() {
            let assignment = Assignment([.float(place.0), .choice(place.1)])
            history.start(Suggestion(number: number, assignment: assignment, reason: ""))
            history.update(
                number,
                with: TrialRecord(
                    number: number, assignment: assignment, state: .succeeded,
                    objectives: [Double(number)]))
        }
        return history
    }

    private let places = [(0.1, 0), (0.15, 1), (0.5, 1), (0.52, 1), (0.9, 2)]

    /// The mixture as its definition says, kernel by kernel.
    private func density(_ x: Double, _ choice: Int?, weights: [Double]) -> Double {
        let centers = places.map(\.0)
        let widths = [0.05, 0.35, 0.35, 0.38, 0.38]
        let floor = 0.25 / 7
        let sum = weights.reduce(0, +)
        var total = 0.0
        for index in 0...5 {
            let center = index < 5 ? centers[index] : 0.5
            let width = index < 5 ? max(widths[index], floor) : 1
            let mass =
                0.5
                * (erfc(-(1 - center) / width / 2.0.squareRoot())
                    - erfc(center / width / 2.0.squareRoot()))
            let z = (x - center) / width
            var kernel = exp(-0.5 * z * z) / (width * (2 * Double.pi).squareRoot() * mass)
            if let choice {
                let share = 1.0 / 6
                let own = index < 5 ? (places[index].1 == choice ? 1.0 : 0) : share * 0
                kernel *= index < 5 ? (own + share) / (1 + 3 * share) : 1.0 / 3
            }
            total += weights[index] / sum * kernel
        }
        return total
    }

    @Test func densitiesAreTheMixtureTheyAreDefinedAs() throws {
        let history = try history(places)
        var scratch = ParzenScratch()
        let weights = [1.0, 0.5, 1, 2, 1]
        let estimator = ParzenEstimator(
            history: history, rows: Array(0..<5), weights: weights, priorWeight: 1,
            leastWidth: 0.25, scratch: &scratch)
        var points: [Double] = []
        var xs: [Double] = []
        for index in 0...50 {
            xs.append(Double(index) / 50)
            points += [Double(index) / 50, 0.5]
        }
        let marginal = estimator.logDensities(of: 0, at: xs)
        let joint = estimator.jointLogDensities(at: points)
        for index in xs.indices {
            let expected = density(xs[index], nil, weights: weights + [1])
            #expect(abs(exp(marginal[index]) / expected - 1) < 1e-6)
            let both = density(xs[index], 1, weights: weights + [1])
            #expect(abs(exp(joint[index]) / both - 1) < 1e-6)
        }
        let chances = (0..<3).map { choice in
            exp(estimator.logDensities(of: 1, at: [(Double(choice) + 0.5) / 3])[0])
        }
        #expect(abs(chances.reduce(0, +) - 1) < 1e-12)
        #expect(chances[1] > chances[0] && chances[1] > chances[2])
    }

    @Test func drawsFollowTheDensity() throws {
        let history = try history(places)
        var scratch = ParzenScratch()
        let estimator = ParzenEstimator(
            history: history, rows: Array(0..<5), weights: Array(repeating: 1, count: 5),
            priorWeight: 1, leastWidth: 0.25, scratch: &scratch)
        var random = SearchRandom(seed: 1, purpose: .model, trial: 0)
        let count = 4000
        let draws = (0..<count).map { _ in
            estimator.dimensions[0].sample(
                kernel: estimator.kernel(random.uniform()), axis: history.space.axes[0], &random)
        }.sorted()
        // The distribution function by the trapezoidal rule.
        var distance = 0.0
        var cumulative = 0.0
        var place = 0
        let steps = 2000
        for step in 0..<steps {
            let left = Double(step) / Double(steps)
            let right = Double(step + 1) / Double(steps)
            let ones = Array(repeating: 1.0, count: 6)
            cumulative +=
                0.5 * (density(left, nil, weights: ones) + density(right, nil, weights: ones))
                / Double(steps)
            while place < count, draws[place] <= right { place += 1 }
            distance = max(distance, abs(Double(place) / Double(count) - cumulative))
        }
        #expect(abs(cumulative - 1) < 1e-4)
        #expect(distance < 1.95 / Double(count).squareRoot())
    }

    @Test func runningFailedAndPrunedTrialsAreAmongTheOthers() throws {
        var history = try history((0..<20).map { (Double($0) / 20, 0) })
        let states: [TrialState] = [.running, .failed, .pruned]
        for (offset, state) in states.enumerated() {
            let number = 20 + offset
            let assignment = Assignment([.float(0.5), .choice(0)])
            history.start(Suggestion(number: number, assignment: assignment, reason: ""))
            if state != .running {
                history.update(
                    number,
                    with: TrialRecord(
                        number: number, assignment: assignment, state: state,
                        curve: [CurvePoint(step: 3, value: -100)]))
            }
        }
        let sampler = try TPESampler(
            TPESettings(), isMultivariate: false, space: history.space, seed: 1)
        let split = sampler.split(history, known: 21)
        #expect(split.good == [0, 1, 2])
        #expect(split.other == Array(3..<23))
        #expect(split.otherWeights.count == 20)
    }

    @Test func goodTrialsWeighWhatTheyGain() throws {
        // Costs 0, 1, 2, ...: of three good ones the gains are 2, 1, 0, one on average.
        var history = try history((0..<30).map { (Double($0) / 30, 0) })
        let sampler = try TPESampler(
            TPESettings(), isMultivariate: true, space: history.space, seed: 1)
        let weights = sampler.split(history, known: 30).goodWeights
        for (weight, expected) in zip(weights, [1.9, 1, 0.1]) {
            #expect(abs(weight - expected) < 1e-12)
        }
        #expect(weights.count == 3)
        // Where one was pruned, costs are not of the same step: all weigh the same.
        let assignment = history.assignments[1]
        history.update(
            1,
            with: TrialRecord(
                number: 1, assignment: assignment, state: .pruned,
                curve: [CurvePoint(step: 3, value: -100)]))
        #expect(TPESampler.gains([0, 1, 2], history) == [1, 1, 1])
    }

    @Test func prunedTrialsAreGoodWhenNoneSucceededFarthestFirst() throws {
        let space = try SearchSpace([SearchParameter("x", .uniform(0, 1))])
        var search = try SearchState(
            SearchConfiguration(algorithm: .tpe(TPESettings()), space: space, seed: 6))
        var late: [Double] = []
        for index in 0..<120 {
            let suggestion = search.ask(1).suggestions[0]
            guard case .float(let x)? = suggestion.assignment[0] else { continue }
            if index >= 60 { late.append(abs(x - 0.7)) }
            // The nearer to 0.7, the farther it comes before it is pruned.
            let steps = Int(20 - 20 * abs(x - 0.7))
            try search.tell(
                TrialRecord(
                    number: suggestion.number, assignment: suggestion.assignment, state: .pruned,
                    curve: [CurvePoint(step: steps, value: 1)]))
        }
        late.sort()
        #expect(late[late.count / 2] < 0.1)
    }

    /// The cap costs no more than a fifth of a decade of regret against eight times as many
    /// kernels.
    @Test func theCapOfKernelsCostsLittleRegret() throws {
        let function = try ObjectiveFunction.hartmann6()
        func median(cap: Int) throws -> Double {
            let regrets = try (0..<UInt64(5)).map { seed -> Double in
                var sampler = try TPESampler(
                    TPESettings(), isMultivariate: true, space: function.space, seed: seed)
                sampler.kernelCap = cap
                var history = TrialHistory(space: function.space, directions: [.minimize])
                var best = Double.infinity
                for number in 0..<500 {
                    let proposal = sampler.propose(number, attempt: 0, history: history)
                    guard case .start(let draft) = proposal else { return .nan }
                    let suggestion = Suggestion(
                        number: number, assignment: draft.assignment, reason: "")
                    history.start(suggestion)
                    let value = function.value(draft.assignment)
                    history.update(number, with: SearchStateTests.succeeded(suggestion, value))
                    best = min(best, value - function.minimum)
                }
                return log10(max(best, 1e-12))
            }
            return regrets.sorted()[2]
        }
        let capped = try median(cap: TPESampler.kernelLimit)
        let whole = try median(cap: 8 * TPESampler.kernelLimit)
        #expect(capped < whole + 0.2, "capped \(capped), whole \(whole)")
    }

    @Test func kernelsAreCappedAndStandForAllTrials() throws {
        let space = try SearchSpace([SearchParameter("x", .uniform(0, 1))])
        var history = TrialHistory(space: space, directions: [.minimize])
        for number in 0..<5000 {
            let assignment = Assignment([.float(Double(number) / 5000)])
            history.start(Suggestion(number: number, assignment: assignment, reason: ""))
            history.update(
                number,
                with: TrialRecord(
                    number: number, assignment: assignment, state: .succeeded,
                    objectives: [abs(Double(number) - 2500)]))
        }
        let sampler = try TPESampler(
            TPESettings(), isMultivariate: false, space: space, seed: 1)
        let split = sampler.split(history, known: 5000)
        #expect(split.good.count == TPESampler.goodLimit)
        #expect(split.other.count <= TPESampler.kernelLimit)
        #expect(split.other.count > TPESampler.kernelLimit - 20)
        #expect(split.other.contains(4999))
        #expect(Set(split.other).isDisjoint(with: split.good))
        // By their weights the kernels stand for about half of 4975 trials: those of a straight
        // ramp.
        let total = split.otherWeights.reduce(0, +)
        #expect(total > 2300 && total < 2800)
    }
}
