/// Independent draws from the prior: uniform on every unit axis.
struct RandomSampler: Sampler {
    let seed: UInt64

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        var random = SearchRandom(seed: seed, purpose: .values, trial: UInt64(number))
        for _ in 0..<(attempt * history.space.count) { _ = random.bits() }
        return .start(
            Proposal.Draft(
                assignment: history.space.randomAssignment(&random),
                reason: "drawn at random"))
    }
}

extension SearchSpace {
    /// Draws one number for each parameter, active or not.
    func randomAssignment(_ random: inout SearchRandom) -> Assignment {
        var assignment = Assignment(Array(repeating: nil, count: count))
        for position in 0..<count {
            let unit = random.uniform()
            if isActive(position, in: assignment) {
                assignment[position] = axes[position].value(at: unit)
            }
        }
        return assignment
    }

    /// The values at a point of the unit cube; inactive parameters are left out.
    func assignment(at units: [Double]) -> Assignment {
        var assignment = Assignment(Array(repeating: nil, count: count))
        for position in 0..<count where isActive(position, in: assignment) {
            assignment[position] = axes[position].value(at: units[position])
        }
        return assignment
    }
}
