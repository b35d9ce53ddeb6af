/// A search: history in, next trials out.
///
/// A value without clock or chance. The same configuration and the same events give the same state
/// (`init(_:replaying:)`), so a restarted scheduler goes on where it was, without asking again for
/// anything already given out.
///
/// **Determinism and arrival order.** A suggestion is a function of its number and of the *set* of
/// trials known when it is made (their values, states and results), never of the order in which
/// they ended. Asking for a batch of n and asking n times give the same trials as long as nothing
/// is told in between; results of a batch may be told in any order before the next ask.
package struct SearchState: Sendable {
    /// Most points waiting after `enqueue`.
    package static var enqueuedLimit: Int { 10_000 }
    /// Most suggestions of one `ask`.
    package static var batchLimit: Int { 10_000 }
    /// How often a sampler is asked again for values that were tried already.
    static var retryLimit: Int { 16 }

    /// What fixed the search before its first trial.
    package let configuration: SearchConfiguration
    private(set) var history: TrialHistory
    private var sampler: any Sampler
    private var waiting: [Assignment] = []
    private var tried: Set<Assignment> = []
    /// How many of the tried ones are combinations of the space's levels: an enqueued value between
    /// two steps, or one from before the space was changed, uses none of them up.
    private var triedCombinations = 0
    private let cardinality: Int?

    /// A search that has not begun; refused when settings and space do not fit the algorithm.
    package init(_ configuration: SearchConfiguration) throws(SearchRefusal) {
        guard !configuration.directions.isEmpty else { throw .noObjective }
        guard configuration.directions.count <= SearchConfiguration.objectiveLimit else {
            throw .tooManyObjectives(
                count: configuration.directions.count, limit: SearchConfiguration.objectiveLimit)
        }
        self.configuration = configuration
        cardinality = configuration.space.cardinality
        history = TrialHistory(
            space: configuration.space, directions: configuration.directions)
        sampler = try configuration.makeSampler()
    }

    /// The search after these events, as a ledger has them.
    package init(
        _ configuration: SearchConfiguration,
        replaying events: [SearchEvent]
    ) throws(SearchRefusal) {
        try self.init(configuration)
        for event in events { try apply(event) }
    }

    /// Replays one event.
    package mutating func apply(_ event: SearchEvent) throws(SearchRefusal) {
        switch event {
        case .warmStarted(let records): warmStart(with: records)
        case .enqueued(let assignment):
            // Outside a space that was changed since it waits no longer.
            guard configuration.space.problem(with: assignment) == nil else { return }
            try enqueue(assignment)
        case .suggested(let suggestion): try restore(suggestion)
        case .told(let record): try tell(record)
        }
    }

    /// Trials suggested so far.
    package var trialCount: Int { history.trialCount }
    /// Points that wait to be tried.
    package var enqueuedCount: Int { waiting.count }

    /// The succeeded trials with the best first objective, the best first, at most `limit`.
    ///
    /// Ties stand in the order of their numbers. Failed, pruned and warm-start trials are not among
    /// them, and so nothing that measured NaN.
    package func best(_ limit: Int = 1) -> [(number: Int, value: Double)] {
        var result: [(number: Int, value: Double)] = []
        var fetch = limit
        // Records of other experiments take part in the ranking but are not ours.
        while result.count < limit {
            let entries = history.ranking.best(fetch)
            result = []
            for entry in entries where history.numbers[entry.row] >= 0 && result.count < limit {
                let cost = history.costs[entry.row]
                let isMinimized = configuration.directions[0] == .minimize
                result.append((history.numbers[entry.row], isMinimized ? cost : -cost))
            }
            if entries.count < fetch { break }
            fetch *= 2
        }
        return result
    }

    /// Asks for a known point to be tried before anything else; refused when it is no point of the
    /// space.
    package mutating func enqueue(_ assignment: Assignment) throws(SearchRefusal) {
        guard waiting.count < Self.enqueuedLimit else {
            throw .tooManyEnqueued(limit: Self.enqueuedLimit)
        }
        if let problem = configuration.space.problem(with: assignment) {
            throw .invalidAssignment(problem)
        }
        waiting.append(assignment)
    }

    /// Makes finished trials of other experiments known; those that are no points of this space, or
    /// have not ended, are left out. Returns how many were taken.
    @discardableResult
    package mutating func warmStart(with records: [TrialRecord]) -> Int {
        var taken = 0
        for record in records where record.state.isFinished {
            guard configuration.space.problem(with: record.assignment) == nil else { continue }
            history.adopt(record)
            sampler.told(history.count - 1, history: history)
            taken += 1
        }
        return taken
    }

    /// Up to `count` trials to run next, and why there are fewer; at most `mostStarts` of them
    /// begin, the others go on from a rung.
    package mutating func ask(_ count: Int, mostStarts: Int = .max) -> SuggestionBatch {
        var batch = SuggestionBatch(suggestions: [], shortage: nil)
        var starts = 0
        for _ in 0..<min(count, Self.batchLimit) {
            if !waiting.isEmpty, starts < mostStarts {
                starts += 1
                let place = sampler.admission(history: history)
                let suggestion = Suggestion(
                    number: history.trialCount, assignment: waiting[0], origin: .enqueued,
                    reason: "asked for by name", rung: place.rung, generation: place.generation)
                commit(suggestion)
                batch.suggestions.append(suggestion)
                continue
            }
            switch starts < mostStarts ? proposeUntried() : proposeResumed() {
            case .start(let draft):
                starts += 1
                let suggestion = Suggestion(
                    number: history.trialCount, assignment: draft.assignment,
                    reason: draft.reason, rung: draft.rung, generation: draft.generation,
                    parent: draft.parent)
                commit(suggestion)
                batch.suggestions.append(suggestion)
            case .resume(let row, let rung, let reason):
                let suggestion = Suggestion(
                    number: history.numbers[row], assignment: history.assignments[row],
                    action: .resume, origin: .promoted, reason: reason, rung: rung,
                    parent: history.numbers[row])
                commit(suggestion)
                batch.suggestions.append(suggestion)
            case .exhausted(let reason):
                batch.shortage = .exhausted(reason)
                return batch
            case .waiting(let reason):
                batch.shortage = .waiting(reason)
                return batch
            }
        }
        return batch
    }

    /// Takes a report of a trial: where it stands, its pause, or its end.
    package mutating func tell(_ record: TrialRecord) throws(SearchRefusal) {
        guard let row = history.row(of: record.number) else {
            throw .unknownTrial(number: record.number)
        }
        guard history.assignments[row] == record.assignment else {
            throw .otherValues(number: record.number)
        }
        guard !history.states[row].isFinished else {
            throw .trialAlreadyEnded(number: record.number)
        }
        let count = record.objectives.count
        guard count == 0 || count == configuration.directions.count else {
            throw .wrongObjectiveCount(
                number: record.number, count: count, expected: configuration.directions.count)
        }
        history.update(row, with: record)
        sampler.told(row, history: history)
    }

    /// Takes back a suggestion that a ledger says was given out.
    private mutating func restore(_ suggestion: Suggestion) throws(SearchRefusal) {
        switch suggestion.action {
        case .start:
            guard suggestion.number == history.trialCount else {
                throw .suggestionOutOfOrder(
                    number: suggestion.number, expected: history.trialCount)
            }
            // Values outside a space that was changed since are known but no point of it.
            guard suggestion.assignment.values.count == configuration.space.count else {
                throw .invalidAssignment(
                    "trial \(suggestion.number) has \(suggestion.assignment.values.count) values")
            }
        case .resume:
            guard let row = history.row(of: suggestion.number),
                history.states[row] == .paused
            else { throw .unknownTrial(number: suggestion.number) }
        }
        commit(suggestion)
    }

    private mutating func commit(_ suggestion: Suggestion) {
        if suggestion.action == .resume {
            guard let row = history.row(of: suggestion.number) else { return }
            history.resume(row, rung: suggestion.rung)
            sampler.started(suggestion, row: row, history: history)
            return
        }
        if suggestion.origin == .enqueued,
            let place = waiting.firstIndex(of: suggestion.assignment)
        {
            waiting.remove(at: place)
        }
        history.start(suggestion)
        if tried.insert(suggestion.assignment).inserted, cardinality != nil,
            configuration.space.isCombination(suggestion.assignment)
        {
            triedCombinations += 1
        }
        sampler.started(suggestion, row: history.count - 1, history: history)
    }

    /// A proposal whose values nobody tried, as long as there are such values.
    private mutating func proposeUntried() -> Proposal {
        let number = history.trialCount
        if let cardinality, !configuration.allowsRepeats, triedCombinations >= cardinality,
            !sampler.givesDistinctPoints
        {
            // Halvings may still promote.
            let proposal = sampler.propose(number, attempt: 0, history: history)
            if case .start = proposal {
                return .exhausted("all \(cardinality) combinations of the space were tried")
            }
            return proposal
        }
        var latest = Proposal.waiting("")
        // The grid ends by itself; the others fall back to values drawn at random.
        var attempt = 0
        while attempt <= Self.retryLimit || sampler.givesDistinctPoints {
            latest = sampler.propose(number, attempt: attempt, history: history)
            guard case .start(let draft) = latest else { return latest }
            if draft.parent != nil || !tried.contains(draft.assignment) { return latest }
            attempt += 1
        }
        guard case .start(var draft) = latest, !configuration.allowsRepeats else { return latest }
        draft.assignment = untriedAssignment(number: number)
        draft.reason = "the sampler's choice was tried already; drawn among the untried"
        return .start(draft)
    }

    /// A paused trial that goes on, when no more may begin.
    private mutating func proposeResumed() -> Proposal {
        let proposal = sampler.propose(history.trialCount, attempt: 0, history: history)
        guard case .start = proposal else { return proposal }
        return .waiting("no more trials may begin")
    }

    private func untriedAssignment(number: Int) -> Assignment {
        let space = configuration.space
        var random = SearchRandom(
            seed: configuration.seed, purpose: .fallback, trial: UInt64(number))
        var assignment = space.randomAssignment(&random)
        for _ in 0..<256 where tried.contains(assignment) {
            assignment = space.randomAssignment(&random)
        }
        guard tried.contains(assignment),
            var walk = try? GridSampler(GridSettings(), space: space)
        else { return assignment }
        // Nearly everything was tried: take the first combination left, in order.
        var step = 0
        while case .start(let draft) = walk.propose(number, attempt: step, history: history) {
            if !tried.contains(draft.assignment) { return draft.assignment }
            step += 1
        }
        return assignment
    }
}
