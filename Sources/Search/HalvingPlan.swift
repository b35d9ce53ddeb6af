/// The arithmetic of successive halving: budgets of rungs, and sizes of hyperband's brackets
/// (Li et al. 2018), in whole numbers: no logarithm decides how many rungs there are.
package struct HalvingPlan: Sendable, Hashable {
    /// Most rungs of a bracket.
    package static var rungLimit: Int { 64 }

    /// The budgets from the minimum times reduction each, ending with the maximum.
    package let budgets: [Int]
    /// Of so many trials one goes up.
    package let reduction: Int

    /// Checks the settings.
    package init(_ settings: HalvingSettings) throws(SearchRefusal) {
        guard settings.reduction >= 2 else {
            throw .setting(
                name: "reduction", problem: "must be at least 2, not \(settings.reduction)")
        }
        guard settings.minimumBudget >= 1 else {
            throw .setting(
                name: "minimumBudget",
                problem: "must be at least 1, not \(settings.minimumBudget)")
        }
        guard settings.maximumBudget >= settings.minimumBudget else {
            throw .setting(
                name: "maximumBudget",
                problem:
                    "\(settings.maximumBudget) is below the minimum \(settings.minimumBudget)")
        }
        var budgets = [settings.minimumBudget]
        while let last = budgets.last, last < settings.maximumBudget {
            let (next, overflow) = last.multipliedReportingOverflow(by: settings.reduction)
            // A last rung that would gain little over the one before takes its place.
            if overflow || next >= settings.maximumBudget {
                budgets.append(settings.maximumBudget)
            } else {
                budgets.append(next)
            }
        }
        self.budgets = budgets
        reduction = settings.reduction
    }

    /// How many brackets hyperband runs: one for each rung a trial may begin on.
    package var bracketCount: Int { budgets.count }

    /// The budgets of a bracket: bracket b begins on rung b.
    package func budgets(ofBracket bracket: Int) -> [Int] {
        Array(budgets[bracket...])
    }

    /// How many trials a bracket of hyperband has on each of its rungs.
    ///
    /// With s + 1 rungs, and k = s_max + 1 brackets: n = ceil(k / (s + 1) * reduction^s) trials
    /// begin, and of n trials floor(n / reduction), at least one, go up.
    package func sizes(ofBracket bracket: Int) -> [Int] {
        let above = budgets.count - 1 - bracket
        var power = 1
        for _ in 0..<above {
            let (product, overflow) = power.multipliedReportingOverflow(by: reduction)
            power = overflow || product > 1 << 40 ? 1 << 40 : product
        }
        var size = (budgets.count * power + above) / (above + 1)
        var sizes = [size]
        for _ in 0..<above {
            size = max(1, size / reduction)
            sizes.append(size)
        }
        return sizes
    }

    /// Of `count` trials on a rung, how many may go up: the best floor(count / reduction).
    package func promotable(of count: Int) -> Int {
        count / reduction
    }

    /// The bracket of a trial where brackets are filled side by side: in every round each bracket
    /// gets as many trials as its first rung has.
    package func bracket(ofTrial number: Int) -> Int {
        var total = 0
        for bracket in 0..<bracketCount { total += sizes(ofBracket: bracket)[0] }
        var place = number % total
        for bracket in 0..<bracketCount {
            let size = sizes(ofBracket: bracket)[0]
            if place < size { return bracket }
            place -= size
        }
        return 0
    }
}
