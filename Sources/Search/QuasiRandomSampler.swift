/// The points of a scrambled low-discrepancy sequence, in order.
struct QuasiRandomSampler: Sampler {
    private let sequence: QuasiRandomSequence
    private let name: String
    private var next = 0

    init(_ kind: QuasiRandomSequence.Kind, space: SearchSpace, seed: UInt64) {
        sequence = QuasiRandomSequence(kind, dimensions: space.count, seed: seed)
        name = kind == .sobol ? "Sobol's" : "Halton's"
    }

    mutating func propose(_ number: Int, attempt: Int, history: TrialHistory) -> Proposal {
        let index = next + attempt
        return .start(
            Proposal.Draft(
                assignment: history.space.assignment(at: sequence.point(index)),
                reason: "point \(index + 1) of \(name) sequence"))
    }

    mutating func started(_ suggestion: Suggestion, row: Int, history: TrialHistory) {
        if suggestion.origin == .sampled { next += 1 }
    }
}
