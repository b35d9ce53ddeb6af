import Testing

@testable import Search

struct HalvingTests {
    static let space = try? SearchSpace([SearchParameter("x", .uniform(0, 1))])

    private func search(_ algorithm: SearchAlgorithm) throws -> SearchState {
        try SearchState(
            SearchConfiguration(algorithm: algorithm, space: try #require(Self.space), seed: 1))
    }

    private func record(_ suggestion: Suggestion, _ state: TrialState, _ value: Double)
        -> TrialRecord
    {
        TrialRecord(
            number: suggestion.number, assignment: suggestion.assignment, state: state,
            objectives: state == .failed ? [] : [value], rung: suggestion.rung)
    }

    @Test func budgetsAndSizesAreWholeNumbers() throws {
        let plan = try HalvingPlan(HalvingSettings(maximumBudget: 81))
        #expect(plan.budgets == [1, 3, 9, 27, 81])
        // ceil(5 * 3^s / (s + 1)) trials begin, a third goes up.
        #expect(plan.sizes(ofBracket: 0) == [81, 27, 9, 3, 1])
        #expect(plan.sizes(ofBracket: 1) == [34, 11, 3, 1])
        #expect(plan.sizes(ofBracket: 2) == [15, 5, 1])
        #expect(plan.sizes(ofBracket: 3) == [8, 2])
        #expect(plan.sizes(ofBracket: 4) == [5])
        // Logarithms would give a rung less: ln 243 / ln 3 is 4.99…, ln 1000 / ln 10 is 2.99….
        #expect(try HalvingPlan(HalvingSettings(maximumBudget: 243)).budgets.count == 6)
        let tens = try HalvingPlan(HalvingSettings(maximumBudget: 1000, reduction: 10))
        #expect(tens.budgets == [1, 10, 100, 1000])
        let uneven = try HalvingPlan(HalvingSettings(minimumBudget: 2, maximumBudget: 20))
        #expect(uneven.budgets == [2, 6, 18, 20])
        #expect(try HalvingPlan(HalvingSettings(maximumBudget: 1)).budgets == [1])
        let huge = try HalvingPlan(HalvingSettings(maximumBudget: .max, reduction: 2))
        #expect(huge.budgets.count <= HalvingPlan.rungLimit)
    }

    /// All orders of so many things.
    private func permutations(_ count: Int) -> [[Int]] {
        guard count > 1 else { return [[0]] }
        return permutations(count - 1).flatMap { shorter in
            (0..<count).map { place in
                var longer = shorter
                longer.insert(count - 1, at: place)
                return longer
            }
        }
    }

    @Test func hyperbandPromotesTheBetterHalfInWhateverOrderTrialsEnd() throws {
        // Two rungs at reduction 2: bracket 0 begins with 2 * 2 / 2 = 2... of budget 1, 2, 4:
        // three brackets, the first of 4, 2, 1 trials.
        let settings = HalvingSettings(maximumBudget: 4, reduction: 2)
        for costs in permutations(4) {
            for arrival in permutations(4).prefix(6) {
                var search = try search(.hyperband(settings))
                let first = search.ask(4).suggestions
                #expect(first.allSatisfy { $0.rung == RungPlace(bracket: 0, rung: 0, budget: 1) })
                for index in arrival {
                    try search.tell(record(first[index], .paused, Double(costs[index])))
                }
                let second = search.ask(2).suggestions
                #expect(second.allSatisfy { $0.action == .resume && $0.rung?.budget == 2 })
                #expect(Set(second.map { costs[$0.number] }) == [0, 1])
                for suggestion in second {
                    try search.tell(
                        record(suggestion, .paused, Double(costs[suggestion.number])))
                }
                let third = search.ask(1).suggestions[0]
                #expect(third.action == .resume && third.rung?.budget == 4)
                #expect(costs[third.number] == 0)
                try search.tell(record(third, .succeeded, 0))
                #expect(search.ask(1).suggestions[0].rung?.bracket == 1)
            }
        }
    }

    @Test func aFailedTrialDoesNotHoldUpItsBracket() throws {
        var search = try search(.hyperband(HalvingSettings(maximumBudget: 4, reduction: 2)))
        let first = search.ask(4).suggestions
        try search.tell(record(first[0], .failed, 0))
        try search.tell(record(first[1], .paused, .nan))
        try search.tell(record(first[2], .paused, 5))
        // While the fourth runs the next bracket begins.
        #expect(search.ask(1).suggestions[0].rung?.bracket == 1)
        try search.tell(record(first[3], .failed, 0))
        let next = search.ask(1).suggestions[0]
        #expect(next.number == 2)
        #expect(next.action == .resume)
        try search.tell(record(next, .failed, 0))
        #expect(search.ask(1).suggestions[0].action == .start)
    }

    @Test func aTrialThatEndsOnALowRungHoldsNothingUp() throws {
        var search = try search(.hyperband(HalvingSettings(maximumBudget: 4, reduction: 2)))
        let first = search.ask(4).suggestions
        try search.tell(record(first[0], .succeeded, 0))
        for index in 1..<4 { try search.tell(record(first[index], .paused, Double(index))) }
        let second = search.ask(1).suggestions[0]
        #expect(second.number == 1)
        try search.tell(record(second, .paused, 1))
        let third = search.ask(1).suggestions[0]
        #expect(third.number == 1)
        #expect(third.rung?.budget == 4)
    }

    @Test func asynchronousHalvingPromotesAThirdOfEachRung() throws {
        for direction in [OptimizationDirection.minimize, .maximize] {
            var search = try SearchState(
                SearchConfiguration(
                    algorithm: .asha(HalvingSettings(maximumBudget: 9)),
                    space: try #require(Self.space), directions: [direction], seed: 2))
            var atRung: [[Int: Double]] = [[:], [:], [:]]
            var promoted: [Set<Int>] = [[], []]
            for _ in 0..<200 {
                let suggestion = search.ask(1).suggestions[0]
                let rung = suggestion.rung?.rung ?? -1
                if suggestion.action == .resume {
                    promoted[rung - 1].insert(suggestion.number)
                    // It is one of the best third of those on the rung below.
                    let below = atRung[rung - 1]
                    let own = below[suggestion.number] ?? .infinity
                    let better = below.values.count { $0 < own }
                    #expect(better < below.count / 3)
                }
                let cost = Double((suggestion.number * 7919) % 1009)
                atRung[rung][suggestion.number] = cost
                let value = direction == .minimize ? cost : -cost
                try search.tell(record(suggestion, rung == 2 ? .succeeded : .paused, value))
            }
            // As soon as one may go up it does: a third of every rung has gone.
            #expect(promoted[0].count >= atRung[0].count / 3 - 1)
            #expect(promoted[1].count >= atRung[1].count / 3 - 1)
            #expect(promoted[1].count >= 10)
        }
    }

    @Test func aPlaceOfAnotherPlanIsNoPlaceToTrap() throws {
        for place in [
            RungPlace(bracket: -1, rung: 0, budget: 1),
            RungPlace(bracket: .max, rung: 9, budget: 1),
        ] {
            for algorithm in [
                SearchAlgorithm.hyperband(HalvingSettings(maximumBudget: 4, reduction: 2)),
                .asha(HalvingSettings(maximumBudget: 4, reduction: 2)),
            ] {
                var search = try search(algorithm)
                var first = search.ask(1).suggestions[0]
                first.rung = place
                var other = try self.search(algorithm)
                try other.apply(.suggested(first))
                try other.tell(record(first, .paused, 1))
                first.action = .resume
                try other.apply(.suggested(first))
                try other.tell(record(first, .succeeded, 1))
                #expect(other.ask(5).suggestions.count == 5)
            }
        }
    }

    @Test func bohbLearnsFromTheRungs() throws {
        var search = try search(.bohb(HalvingSettings(maximumBudget: 9)))
        var late: [Double] = []
        for step in 0..<150 {
            let suggestion = search.ask(1).suggestions[0]
            guard case .float(let x)? = suggestion.assignment[0] else { continue }
            if suggestion.action == .start, step > 75 { late.append(abs(x - 0.3)) }
            let isTop = suggestion.rung?.budget == 9
            try search.tell(record(suggestion, isTop ? .succeeded : .paused, abs(x - 0.3)))
        }
        late.sort()
        #expect(late[late.count / 2] < 0.12)
    }
}
