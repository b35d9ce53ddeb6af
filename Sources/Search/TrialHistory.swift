/// Everything a search knows of its trials, in columns: 100 000 trials stay small and quick to
/// walk.
///
/// Rows stand in the order of suggestions (warm-start records where they were told), so nothing
/// read from them depends on the order in which trials ended.
struct TrialHistory: Sendable {
    let space: SearchSpace
    let directions: [OptimizationDirection]

    private(set) var assignments: [Assignment] = []
    /// The trial of each row; -1 for a record of another experiment.
    private(set) var numbers: [Int] = []
    private(set) var states: [TrialState] = []
    /// Places on the unit axes, row after row, `space.count` each; NaN where inactive.
    private(set) var units: [Double] = []
    /// The first objective as a cost; infinity where there is none.
    private(set) var costs: [Double] = []
    /// All objectives as costs where there are several; empty otherwise.
    private(set) var vectors: [[Double]] = []
    private(set) var rungs: [RungPlace?] = []
    private(set) var generations: [Int?] = []
    /// How many steps a pruned or paused trial came, 0 without a report.
    private(set) var lastSteps: [Int] = []
    private(set) var ranking = CostRanking()
    private(set) var runningCount = 0
    private(set) var failedCount = 0
    /// Trials that have come a part of their way: pruned or paused.
    private(set) var partialCount = 0
    private var rowOfNumber: [Int] = []

    init(space: SearchSpace, directions: [OptimizationDirection]) {
        self.space = space
        self.directions = directions
    }

    /// Rows in all.
    var count: Int { assignments.count }
    /// Trials suggested so far; also the number of the next.
    var trialCount: Int { rowOfNumber.count }
    /// Rows with a cost the sampler may learn from: succeeded ones.
    var rankedCount: Int { ranking.count }

    func row(of number: Int) -> Int? {
        rowOfNumber.indices.contains(number) ? rowOfNumber[number] : nil
    }

    /// All objectives of a row as costs.
    func costVector(_ row: Int) -> [Double] {
        directions.count > 1 ? vectors[row] : [costs[row]]
    }

    func unit(_ row: Int, _ parameter: Int) -> Double {
        units[row * space.count + parameter]
    }

    /// The best rows: succeeded ones by cost, then pruned and paused ones, those that
    /// came farther first.
    func bestRows(_ limit: Int) -> [Int] {
        var rows = ranking.best(limit).map(\.row)
        guard rows.count < limit, partialCount > 0 else { return rows }
        let partial = (0..<count).filter { states[$0] == .pruned || states[$0] == .paused }
        let ordered = partial.sorted { left, right in
            if lastSteps[left] != lastSteps[right] { return lastSteps[left] > lastSteps[right] }
            return costs[left] < costs[right] || (costs[left] == costs[right] && left < right)
        }
        rows.append(contentsOf: ordered.prefix(limit - rows.count))
        return rows
    }

    /// Adds a suggested trial with the next number.
    mutating func start(_ suggestion: Suggestion) {
        append(
            suggestion.assignment, number: suggestion.number, state: .running,
            rung: suggestion.rung, generation: suggestion.generation)
        rowOfNumber.append(count - 1)
        runningCount += 1
    }

    /// A paused trial runs again, on another rung.
    mutating func resume(_ row: Int, rung: RungPlace?) {
        guard states[row] == .paused else { return }
        partialCount -= 1
        states[row] = .running
        rungs[row] = rung
        runningCount += 1
    }

    /// Adds a finished record of another experiment.
    mutating func adopt(_ record: TrialRecord) {
        append(
            record.assignment, number: -1, state: .running, rung: record.rung,
            generation: nil)
        runningCount += 1
        update(count - 1, with: record)
    }

    /// Takes over what a record says of a row.
    mutating func update(_ row: Int, with record: TrialRecord) {
        let measured = costVector(of: record)
        var state = record.state
        // An end without a usable value is a failure, whatever the trial called it.
        if state == .succeeded, measured == nil { state = .failed }
        if states[row] == .running, state != .running { runningCount -= 1 }
        if ranking.contains(row) { ranking.remove(row, cost: costs[row]) }
        if state == .failed { failedCount += 1 }
        if states[row] == .paused { partialCount -= 1 }
        if state == .pruned || state == .paused { partialCount += 1 }
        states[row] = state
        costs[row] = measured?[0] ?? .infinity
        if directions.count > 1 { vectors[row] = measured ?? [] }
        lastSteps[row] = record.curve.last?.step ?? record.rung?.budget ?? lastSteps[row]
        if state == .succeeded { ranking.insert(row, cost: costs[row]) }
    }

    /// The objectives as costs; where the trial ended early, the last finite point of its curve.
    private func costVector(of record: TrialRecord) -> [Double]? {
        if record.objectives.count == directions.count {
            var vector: [Double] = []
            for (value, direction) in zip(record.objectives, directions) {
                guard let cost = direction.cost(of: value) else { return nil }
                vector.append(cost.minimized)
            }
            return vector
        }
        guard directions.count == 1, record.state != .succeeded else { return nil }
        for point in record.curve.reversed() {
            if let cost = directions[0].cost(of: point.value) { return [cost.minimized] }
        }
        return nil
    }

    private mutating func append(
        _ assignment: Assignment, number: Int, state: TrialState, rung: RungPlace?,
        generation: Int?
    ) {
        assignments.append(assignment)
        numbers.append(number)
        states.append(state)
        for (position, axis) in space.axes.enumerated() {
            if let value = assignment[position] {
                units.append(axis.unit(of: value))
            } else {
                units.append(.nan)
            }
        }
        costs.append(.infinity)
        if directions.count > 1 { vectors.append([]) }
        rungs.append(rung)
        generations.append(generation)
        lastSteps.append(0)
    }
}
