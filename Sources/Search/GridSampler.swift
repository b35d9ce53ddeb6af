/// Every combination once, in order; the last parameter changes fastest.
struct GridSampler: Sampler {
    private let space: SearchSpace
    private let counts: [Int]
    /// The level of each parameter at the next combination; nil at the end. Levels of inactive
    /// parameters are 0.
    private var cursor: [Int]?
    /// Combinations looked at, in all.
    private(set) var position = 0

    init(_ settings: GridSettings, space: SearchSpace) throws(SearchRefusal) {
        if let points = settings.pointsPerFloat, points < 1 {
            throw .setting(name: "pointsPerFloat", problem: "must be at least 1, not \(points)")
        }
        var counts: [Int] = []
        for (parameter, axis) in zip(space.parameters, space.axes) {
            guard let count = axis.levels ?? settings.pointsPerFloat else {
                throw .unsuitableSpace(
                    algorithm: "grid",
                    problem: "parameter '\(parameter.name)' is continuous; give it a step")
            }
            counts.append(count)
        }
        self.space = space
        self.counts = counts
        cursor = Array(repeating: 0, count: space.count)
    }

    var givesDistinctPoints: Bool { true }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        if attempt > 0 { advance() }
        guard let cursor else { return .exhausted("every combination of the grid was tried") }
        return .start(
            Proposal.Draft(
                assignment: assignment(at: cursor),
                reason: "combination \(position + 1) of the grid"))
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        guard suggestion.origin == .sampled else { return }
        // Anything else was tried too, out of order: an enqueued combination that was skipped, or
        // a point given out before the space was changed. Whoever asks skips what was tried.
        guard let cursor, assignment(at: cursor) == suggestion.assignment else { return }
        advance()
    }

    private func assignment(at cursor: [Int]) -> Assignment {
        var assignment = Assignment(Array(repeating: nil, count: space.count))
        for index in 0..<space.count where space.isActive(index, in: assignment) {
            let axis = space.axes[index]
            if axis.levels != nil {
                assignment[index] = axis.value(ofLevel: cursor[index])
            } else {
                let gaps = Double(max(counts[index] - 1, 1))
                let unit = counts[index] == 1 ? 0.5 : Double(cursor[index]) / gaps
                assignment[index] = axis.value(at: unit)
            }
        }
        return assignment
    }

    private mutating func advance() {
        guard var levels = cursor else { return }
        position += 1
        let current = assignment(at: levels)
        for index in levels.indices.reversed() {
            // A parameter without a value here has only this one place.
            if current[index] != nil, levels[index] + 1 < counts[index] {
                levels[index] += 1
                cursor = levels
                return
            }
            levels[index] = 0
        }
        cursor = nil
    }
}
