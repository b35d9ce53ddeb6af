/// Comparisons of several costs at once, all minimised.
package enum ParetoFront {
    /// Whether `left` is nowhere worse and somewhere better.
    package static func dominates(_ left: [Double], _ right: [Double]) -> Bool {
        var isBetter = false
        for (a, b) in zip(left, right) {
            if a > b { return false }
            if a < b { isBetter = true }
        }
        return isBetter
    }

    /// Indices of the vectors no other one dominates, ascending; equal vectors all belong to it.
    package static func indices(of vectors: [[Double]]) -> [Int] {
        guard let width = vectors.first?.count else { return [] }
        let order = vectors.indices.sorted { left, right in
            for (a, b) in zip(vectors[left], vectors[right]) where a != b { return a < b }
            return left < right
        }
        var front: [Int] = []
        if width <= 2 {
            // In the order of the first cost only a new least second cost is not dominated.
            var least = Double.infinity
            var latest: [Double] = []
            for index in order {
                let last = vectors[index].last ?? 0
                if front.isEmpty || last < least || vectors[index] == latest {
                    if width == 1, !front.isEmpty, vectors[index] != latest { break }
                    front.append(index)
                    least = last
                    latest = vectors[index]
                }
            }
            return front.sorted()
        }
        for index in order where !front.contains(where: { dominates(vectors[$0], vectors[index]) })
        {
            front.append(index)
        }
        return front.sorted()
    }

    /// The number of the front each vector belongs to, from 0 (Deb et al. 2002).
    static func ranks(of vectors: [[Double]]) -> [Int] {
        var ranks = [Int](repeating: -1, count: vectors.count)
        var left = Array(vectors.indices)
        var rank = 0
        while !left.isEmpty {
            let front = Set(indices(of: left.map { vectors[$0] }).map { left[$0] })
            for index in front { ranks[index] = rank }
            left.removeAll { front.contains($0) }
            rank += 1
        }
        return ranks
    }

    /// How empty the surroundings of each vector of one front are; infinite at the ends.
    static func crowding(of vectors: [[Double]]) -> [Double] {
        var distances = [Double](repeating: 0, count: vectors.count)
        guard let width = vectors.first?.count else { return distances }
        for objective in 0..<width {
            let order = vectors.indices.sorted {
                (vectors[$0][objective], $0) < (vectors[$1][objective], $1)
            }
            guard let first = order.first, let last = order.last else { continue }
            let range = vectors[last][objective] - vectors[first][objective]
            distances[first] = .infinity
            distances[last] = .infinity
            guard range > 0 else { continue }
            for place in order.indices.dropFirst().dropLast() {
                let gap =
                    vectors[order[place + 1]][objective] - vectors[order[place - 1]][objective]
                distances[order[place]] += gap / range
            }
        }
        return distances
    }
}
