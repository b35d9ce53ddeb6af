import Testing

@testable import Search

struct RandomSamplerTests {
    /// The largest distance between the empirical distribution of places and the uniform one.
    static func kolmogorovDistance(_ units: [Double]) -> Double {
        let sorted = units.sorted()
        let count = Double(sorted.count)
        var distance = 0.0
        for (index, unit) in sorted.enumerated() {
            distance = max(
                distance, abs(unit - Double(index) / count), abs(unit - Double(index + 1) / count))
        }
        return distance
    }

    @Test func logSpaceIsSampledEvenlyInItsLogarithm() throws {
        let space = try SearchSpace([SearchParameter("lr", .logUniform(1e-4, 1))])
        var search = try SearchState(SearchConfiguration(algorithm: .random, space: space, seed: 5))
        let places = search.ask(2000).suggestions.compactMap { suggestion -> Double? in
            guard case .float(let value)? = suggestion.assignment[0] else { return nil }
            return 1 + RealFunctions.log(value) / (4 * RealFunctions.log(10))
        }
        // The 0.1 % bound of Kolmogorov and Smirnov at 2000 draws.
        #expect(Self.kolmogorovDistance(places) < 1.95 / (2000.0).squareRoot())
    }

    @Test func linearSpaceIsSampledEvenly() throws {
        let space = try SearchSpace([SearchParameter("x", .uniform(-10, 30))])
        var search = try SearchState(SearchConfiguration(algorithm: .random, space: space, seed: 6))
        let places = search.ask(2000).suggestions.compactMap { suggestion -> Double? in
            guard case .float(let value)? = suggestion.assignment[0] else { return nil }
            return (value + 10) / 40
        }
        #expect(Self.kolmogorovDistance(places) < 1.95 / (2000.0).squareRoot())
    }

    @Test func wholeNumbersAndChoicesHaveTheirShare() throws {
        let space = try SearchSpace([
            SearchParameter("n", .int(IntRange(minimum: 1, maximum: 8, scale: .logarithmic))),
            SearchParameter("k", .categorical(count: 5)),
        ])
        var search = try SearchState(
            SearchConfiguration(
                algorithm: .random, space: space, seed: 7, allowsRepeats: true))
        var numbers = [Int](repeating: 0, count: 9)
        var choices = [Int](repeating: 0, count: 5)
        for suggestion in search.ask(8000).suggestions {
            guard case .int(let number)? = suggestion.assignment[0],
                case .choice(let choice)? = suggestion.assignment[1]
            else { continue }
            numbers[number] += 1
            choices[choice] += 1
        }
        var square = 0.0
        let width = RealFunctions.log(8.5) - RealFunctions.log(0.5)
        for number in 1...8 {
            let share =
                (RealFunctions.log(Double(number) + 0.5) - RealFunctions.log(Double(number) - 0.5))
                / width
            let expected = share * 8000
            square +=
                (Double(numbers[number]) - expected) * (Double(numbers[number]) - expected)
                / expected
        }
        // The 0.1 % bound of chi squared with 7 degrees of freedom.
        #expect(square < 24.3)
        for count in choices { #expect(abs(count - 1600) < 150) }
    }

    @Test func aNormalPriorIsNormal() throws {
        let space = try SearchSpace([
            SearchParameter("x", .float(FloatRange(minimum: 0, maximum: 6, density: .normal)))
        ])
        var search = try SearchState(SearchConfiguration(algorithm: .random, space: space, seed: 8))
        let places = search.ask(2000).suggestions.compactMap { suggestion -> Double? in
            guard case .float(let value)? = suggestion.assignment[0] else { return nil }
            let tail = RealFunctions.normalDistribution(-3)
            return (RealFunctions.normalDistribution(value - 3) - tail) / (1 - 2 * tail)
        }
        #expect(Self.kolmogorovDistance(places) < 1.95 / (2000.0).squareRoot())
    }
}
