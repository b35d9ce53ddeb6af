/// Picks the valid names that are closest to one that was not found.
enum NearestNames {
    private static let maximumNames = 3
    private static let maximumCandidates = 1_000
    private static let maximumLength = 64

    /// The nearest names first, by edit distance without regard to case; ties in given order.
    static func of(_ name: String, in candidates: [String]) -> [String] {
        let wanted = Array(name.lowercased().unicodeScalars.prefix(maximumLength))
        let scored = candidates.prefix(maximumCandidates).enumerated().map { position, candidate in
            let scalars = Array(candidate.lowercased().unicodeScalars.prefix(maximumLength))
            return (distance: distance(wanted, scalars), position: position, name: candidate)
        }
        let sorted = scored.sorted { ($0.distance, $0.position) < ($1.distance, $1.position) }
        return sorted.prefix(maximumNames).map { $0.name }
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let substituted = previous[column] + (scalar == other ? 0 : 1)
                current.append(min(substituted, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
