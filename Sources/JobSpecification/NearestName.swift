/// Finds the valid name a person most likely meant.
enum NearestName {
    /// The best candidate for `name`, or nothing when none is close; ties go to the first.
    static func of(_ name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= Limits.nameBytes else { return nil }
        let wanted = Array(name.lowercased().utf8)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = Array(candidate.lowercased().utf8)
            let distance = editDistance(wanted, other)
            let isPart = wanted.count >= 3 && (other.starts(with: wanted))
            let allowed = isPart ? other.count : max(1, max(wanted.count, other.count) / 3)
            guard distance <= allowed, distance < max(wanted.count, other.count) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `, did you mean "name"?`, or the list of valid names when none is close.
    static func hint(for name: String, among candidates: [String]) -> String {
        if let nearest = of(name, among: candidates) { return ", did you mean \"\(nearest)\"?" }
        guard !candidates.isEmpty else { return "" }
        return ", valid here: \(candidates.joined(separator: ", "))"
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two names.
    static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for i in 1...left.count {
            current[0] = i
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                var least = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
                let isSwap =
                    i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]
                if isSwap { least = min(least, beforePrevious[j - 2] + 1) }
                current[j] = least
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}
