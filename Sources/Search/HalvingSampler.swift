/// Successive halving: trials begin with a small budget, are paused at each rung, and the best go
/// on.
///
/// Asynchronous (ASHA, Li et al. 2020): whenever one of the best 1/reduction of a rung has not gone
/// up it is resumed, from the highest rung down; otherwise a new trial begins. Synchronous
/// (hyperband, Li et al. 2018): a rung is cut when all its trials are done; while it waits, the
/// next bracket begins, so nobody idles. Trials that failed count as done, and as the worst.
struct HalvingSampler: Sampler {
    let plan: HalvingPlan
    let isSynchronous: Bool
    /// Where values of new trials come from.
    private var values: any Sampler
    /// For each bracket its rungs; hyperband's brackets repeat from the smallest budget.
    private var brackets: [[HalvingRung]] = []
    /// Trials begun in each bracket.
    private var begun: [Int] = []
    /// The first bracket that may still have something to do.
    private var firstOpen = 0

    init(_ settings: HalvingSettings, isSynchronous: Bool, values: any Sampler)
        throws(SearchRefusal)
    {
        plan = try HalvingPlan(settings)
        self.isSynchronous = isSynchronous
        self.values = values
        if !isSynchronous { open() }
    }

    /// Rows and costs at the rungs, for whoever draws survival: how many are done on each rung.
    var doneCounts: [[Int]] { brackets.map { $0.map(\.doneCount) } }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        if attempt == 0, let promotion = promotion() { return promotion }
        let bracket = bracketOfNext()
        let proposal = values.propose(number, attempt: attempt, history: history)
        guard case .start(var draft) = proposal else { return proposal }
        let budgets = budgets(of: bracket)
        draft.rung = RungPlace(bracket: bracket, rung: 0, budget: budgets[0])
        draft.reason += "; begins bracket \(bracket) with budget \(budgets[0])"
        return .start(draft)
    }

    mutating func admission(history: TrialHistory) -> (rung: RungPlace?, generation: Int?) {
        let bracket = bracketOfNext()
        return (RungPlace(bracket: bracket, rung: 0, budget: budgets(of: bracket)[0]), nil)
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        if suggestion.action == .start {
            // A place that is none of this plan's counts for the nearest that may begin.
            let bracket = min(max(suggestion.rung?.bracket ?? bracketOfNext(), 0), brackets.count)
            while brackets.count <= bracket { open() }
            begun[bracket] += 1
        } else if let place = suggestion.rung, place.rung > 0,
            brackets.indices.contains(place.bracket),
            brackets[place.bracket].indices.contains(place.rung - 1)
        {
            if let cost = costs[row] {
                brackets[place.bracket][place.rung - 1].promote(row, cost: cost)
            }
        }
        values.started(suggestion, row: row, history: history)
    }

    /// The cost each paused row had at its last rung, as the rung has it.
    private var costs: [Int: Double] = [:]

    mutating func told(_ row: Int, history: TrialHistory) {
        values.told(row, history: history)
        guard history.numbers[row] >= 0, let place = history.rungs[row],
            brackets.indices.contains(place.bracket),
            brackets[place.bracket].indices.contains(place.rung)
        else { return }
        let cost = history.costs[row]
        switch history.states[row] {
        case .running:
            return
        case .paused, .succeeded:
            guard cost < .infinity else {
                brackets[place.bracket][place.rung].fail(row)
                return
            }
            brackets[place.bracket][place.rung].complete(row, cost: cost)
            costs[row] = cost
            if history.states[row] == .succeeded {
                brackets[place.bracket][place.rung].settle(row, cost: cost)
            }
        case .failed, .pruned:
            if let cost = costs[row] {
                // A paused trial that was given up keeps its place on its rung.
                brackets[place.bracket][place.rung].settle(row, cost: cost)
            }
            brackets[place.bracket][place.rung].fail(row)
        }
    }

    private mutating func open() {
        let kind = isSynchronous ? brackets.count % plan.bracketCount : 0
        let rungs = plan.budgets.count - kind
        brackets.append(Array(repeating: HalvingRung(), count: rungs))
        begun.append(0)
    }

    private func budgets(of bracket: Int) -> [Int] {
        plan.budgets(ofBracket: isSynchronous ? bracket % plan.bracketCount : 0)
    }

    private func sizes(of bracket: Int) -> [Int] {
        plan.sizes(ofBracket: bracket % plan.bracketCount)
    }

    private func bracketOfNext() -> Int {
        guard isSynchronous else { return 0 }
        for bracket in firstOpen..<max(brackets.count, firstOpen)
        where begun[bracket] < sizes(of: bracket)[0] {
            return bracket
        }
        return brackets.count
    }

    private mutating func promotion() -> Proposal? {
        guard isSynchronous else { return asynchronousPromotion() }
        while firstOpen < brackets.count, isOver(firstOpen) { firstOpen += 1 }
        for bracket in firstOpen..<max(brackets.count, firstOpen) {
            let sizes = sizes(of: bracket)
            var expected = sizes[0]
            for rung in 0..<(sizes.count - 1) {
                let current = brackets[bracket][rung]
                guard current.doneCount >= expected else { break }
                let kept = min(sizes[rung + 1], current.all.count)
                if let next = current.candidate(kept: kept) {
                    return resume(
                        next, from: RungPlace(bracket: bracket, rung: rung, budget: 0),
                        of: expected, kept: kept)
                }
                expected = current.climbers(kept: kept)
                if expected == 0 { break }
            }
        }
        return nil
    }

    private func asynchronousPromotion() -> Proposal? {
        for rung in (0..<(plan.budgets.count - 1)).reversed() {
            let current = brackets[0][rung]
            let kept = plan.promotable(of: current.doneCount)
            if let next = current.candidate(kept: kept) {
                return resume(
                    next, from: RungPlace(bracket: 0, rung: rung, budget: 0),
                    of: current.doneCount, kept: kept)
            }
        }
        return nil
    }

    private func resume(
        _ next: (row: Int, cost: Double, place: Int), from place: RungPlace, of count: Int,
        kept: Int
    ) -> Proposal {
        let budgets = budgets(of: place.bracket)
        let target = RungPlace(
            bracket: place.bracket, rung: place.rung + 1, budget: budgets[place.rung + 1])
        return .resume(
            row: next.row, rung: target,
            reason:
                "place \(next.place + 1) of \(count) at budget \(budgets[place.rung]), the best "
                + "\(kept) go on to \(target.budget)")
    }

    /// Whether nothing will come of a bracket of hyperband any more.
    private func isOver(_ bracket: Int) -> Bool {
        let sizes = sizes(of: bracket)
        guard begun[bracket] >= sizes[0] else { return false }
        var expected = sizes[0]
        for rung in sizes.indices {
            let current = brackets[bracket][rung]
            if current.doneCount < expected { return false }
            guard rung + 1 < sizes.count else { return true }
            let kept = min(sizes[rung + 1], current.all.count)
            if current.candidate(kept: kept) != nil { return false }
            expected = current.climbers(kept: kept)
            if expected == 0 { return true }
        }
        return true
    }
}
