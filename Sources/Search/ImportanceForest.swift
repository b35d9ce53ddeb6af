/// How much of the variance of an objective each parameter explains by itself: functional ANOVA
/// over a forest of regression trees (Hutter, Hoos and Leyton-Brown 2014).
///
/// Each tree cuts the unit cube into boxes with a value each. The mean over all other parameters is
/// then a step function of one parameter, exactly; its variance over that of the tree is the
/// parameter's share.
struct ImportanceForest: Sendable {
    static let treeCount = 32
    /// Most observations a tree is grown from; of more, every k-th.
    static let observationLimit = 1024
    static let depthLimit = 24
    static let leastSplit = 4

    /// The mean share of each parameter, 0 to 1; all 0 when the values do not differ.
    let shares: [Double]

    /// Points of the unit cube, row after row, and a value for each.
    init(points: [[Double]], values: [Double], dimensions: Int, seed: UInt64) {
        var sums = [Double](repeating: 0, count: dimensions)
        var trees = 0
        for tree in 0..<Self.treeCount where points.count >= 2 {
            var random = SearchRandom(seed: seed, purpose: .importance, trial: UInt64(tree))
            let sample = points.indices.map { _ in random.index(below: points.count) }
            var boxes: [Box] = []
            Self.grow(
                sample, points: points, values: values,
                box: Box(
                    low: Array(repeating: 0, count: dimensions),
                    high: Array(repeating: 1, count: dimensions), value: 0),
                depth: 0, into: &boxes)
            guard let parts = Self.variances(of: boxes, dimensions: dimensions) else { continue }
            trees += 1
            for index in 0..<dimensions { sums[index] += parts[index] }
        }
        shares = sums.map { trees > 0 ? $0 / Double(trees) : 0 }
    }

    private struct Box: Sendable {
        var low: [Double]
        var high: [Double]
        var value: Double

        var volume: Double {
            var product = 1.0
            for (from, to) in zip(low, high) { product *= to - from }
            return product
        }
    }

    /// Cuts where the squared error falls most, until the values of a box are equal or few.
    private static func grow(
        _ rows: [Int], points: [[Double]], values: [Double], box: Box, depth: Int,
        into boxes: inout [Box]
    ) {
        let sum = rows.reduce(0) { $0 + values[$1] }
        var leaf = box
        leaf.value = sum / Double(rows.count)
        guard rows.count >= leastSplit, depth < depthLimit,
            let cut = bestCut(rows, points: points, values: values, sum: sum)
        else {
            boxes.append(leaf)
            return
        }
        var lower = box
        var upper = box
        lower.high[cut.position] = cut.place
        upper.low[cut.position] = cut.place
        grow(
            rows.filter { points[$0][cut.position] <= cut.place }, points: points, values: values,
            box: lower, depth: depth + 1, into: &boxes)
        grow(
            rows.filter { points[$0][cut.position] > cut.place }, points: points, values: values,
            box: upper, depth: depth + 1, into: &boxes)
    }

    private static func bestCut(
        _ rows: [Int], points: [[Double]], values: [Double], sum: Double
    ) -> (position: Int, place: Double)? {
        var best: (position: Int, place: Double)?
        let base = sum * sum / Double(rows.count)
        var bestGain = 1e-12
        for position in points[rows[0]].indices {
            let order = rows.sorted { (points[$0][position], $0) < (points[$1][position], $1) }
            var left = 0.0
            for index in 0..<(order.count - 1) {
                left += values[order[index]]
                let here = points[order[index]][position]
                let next = points[order[index + 1]][position]
                guard next > here else { continue }
                let count = Double(index + 1)
                let right = sum - left
                let gain =
                    left * left / count + right * right / (Double(order.count) - count) - base
                if gain > bestGain {
                    bestGain = gain
                    best = (position, 0.5 * (here + next))
                }
            }
        }
        return best
    }

    /// Each parameter's part of a tree's variance; nil for a tree of one value.
    private static func variances(of boxes: [Box], dimensions: Int) -> [Double]? {
        var mean = 0.0
        var square = 0.0
        for box in boxes {
            mean += box.volume * box.value
            square += box.volume * box.value * box.value
        }
        let total = square - mean * mean
        guard total > 1e-12 else { return nil }
        return (0..<dimensions).map { position in
            let borders = Set(boxes.flatMap { [$0.low[position], $0.high[position]] }).sorted()
            var places: [Double: Int] = [:]
            for (index, border) in borders.enumerated() { places[border] = index }
            var steps = [Double](repeating: 0, count: borders.count)
            for box in boxes {
                let width = box.high[position] - box.low[position]
                guard width > 0, let from = places[box.low[position]],
                    let to = places[box.high[position]]
                else { continue }
                let height = box.value * box.volume / width
                steps[from] += height
                steps[to] -= height
            }
            var height = 0.0
            var variance = 0.0
            for index in 0..<(borders.count - 1) {
                height += steps[index]
                let difference = height - mean
                variance += (borders[index + 1] - borders[index]) * difference * difference
            }
            return variance / total
        }
    }
}
