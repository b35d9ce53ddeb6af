/// A mixture of kernels over one parameter's unit axis: the density of a set of trials.
///
/// Numeric parameters have normal kernels cut at 0 and 1, as wide as the farther neighbour is away
/// (Bergstra et al. 2011; the ends of the axis are no neighbours), not narrower than `leastWidth`
/// of 1/min(100, 1 + kernels) of the axis nor than half a level; the last kernel is the prior, as
/// wide as the axis. Categorical ones have weighted counts.
struct ParzenDimension: Sendable {
    /// Bergstra's clip has 1; a quarter won 0.3 decades of regret on average over eight functions
    /// that are not those of the benchmark.
    private static var leastWidth: Double { 0.25 }

    /// Middle of each kernel, the prior last; for a categorical parameter its choice.
    private(set) var centers: [Double] = []
    private(set) var inverseWidths: [Double] = []
    /// Height of each kernel at its centre when it has the weight 1.
    private(set) var heights: [Double] = []
    /// Kernels of a numeric parameter from left to right, those as wide as the axis last.
    private(set) var order: [Int] = []
    /// Chance of each choice of a categorical parameter, by its counts; empty for a numeric one.
    private(set) var chances: [Double] = []
    /// What a kernel of a categorical parameter gives another choice, and its own.
    private(set) var otherChance = 0.0
    private(set) var ownChance = 0.0

    var isCategorical: Bool { !chances.isEmpty }

    /// Kernels at these places (NaN: the parameter was inactive there, the prior stands for it),
    /// with their weights and behind them the prior's.
    init(axis: UnitAxis, places: [Double], weights: [Double], scratch: inout ParzenScratch) {
        let kernels = places.count + 1
        if !axis.isOrdered {
            let choices = axis.levels ?? 1
            let share = weights[places.count] / Double(kernels)
            let total = 1 + share * Double(choices)
            otherChance = share / total
            ownChance = (1 + share) / total
            chances = Array(repeating: 0, count: choices)
            centers = places.map {
                $0.isNaN ? -1 : min(Double(Int($0 * Double(choices))), Double(choices - 1))
            }
            centers.append(-1)
            var sum = 0.0
            for (index, center) in centers.enumerated() {
                sum += weights[index]
                let uniform = center < 0 ? 1 / Double(choices) : otherChance
                for choice in 0..<choices { chances[choice] += weights[index] * uniform }
                if center >= 0 {
                    chances[Int(center)] += weights[index] * (ownChance - otherChance)
                }
            }
            for choice in 0..<choices { chances[choice] /= sum }
            return
        }
        setKernels(axis: axis, places: places, scratch: &scratch)
        setHeights()
    }

    /// Centres and widths of a numeric parameter's kernels, padded to whole blocks of eight.
    private mutating func setKernels(
        axis: UnitAxis, places: [Double], scratch: inout ParzenScratch
    ) {
        let padded = (places.count + 8) / 8 * 8
        centers = places
        for _ in places.count..<padded { centers.append(0.5) }
        inverseWidths = Array(repeating: 1, count: padded)
        scratch.sort(places)
        order = scratch.order
        let floor = Self.leastWidth / min(100, Double(places.count + 2))
        let isContinuous = axis.isContinuous
        let last = order.count - 1
        order.withUnsafeBufferPointer { order in
            places.withUnsafeBufferPointer { places in
                inverseWidths.withUnsafeMutableBufferPointer { inverse in
                    for rank in 0..<order.count {
                        let index = order[rank]
                        let center = places[index]
                        // The ends of the axis are neighbours of a single kernel alone.
                        let lower =
                            rank > 0 ? center - places[order[rank - 1]] : (last == 0 ? center : 0)
                        let upper =
                            rank < last
                            ? places[order[rank + 1]] - center : (last == 0 ? 1 - center : 0)
                        var width = max(lower, upper, floor)
                        if !isContinuous, let level = axis.interval(around: center) {
                            width = max(width, (level.upperBound - level.lowerBound) / 2)
                        }
                        inverse[index] = 1 / min(width, 1)
                    }
                }
            }
        }
        guard order.count < places.count else {
            order.append(places.count)
            return
        }
        for index in 0..<places.count where places[index].isNaN {
            order.append(index)
            centers[index] = 0.5
        }
        order.append(places.count)
    }

    /// 1 / (width * sqrt(2 pi) * mass inside 0...1), eight kernels at a time.
    private mutating func setHeights() {
        typealias Lanes = SIMD8<Double>
        let count = centers.count
        heights = Array(unsafeUninitializedCapacity: count) { heights, initialized in
            centers.withUnsafeBufferPointer { centers in
                inverseWidths.withUnsafeBufferPointer { inverseWidths in
                    guard let from = centers.baseAddress, let widths = inverseWidths.baseAddress,
                        let to = heights.baseAddress
                    else { return }
                    for block in Swift.stride(from: 0, to: count, by: 8) {
                        let center = DenseVectors.load(from + block)
                        let inverse = DenseVectors.load(widths + block)
                        let below = center * inverse
                        let above = inverse - below
                        var mass = Lanes(repeating: 1)
                        // Farther than six widths the mass outside is below 10⁻⁹.
                        if below.min() < 6 { mass -= RealFunctions.normalTail(below) }
                        if above.min() < 6 { mass -= RealFunctions.normalTail(above) }
                        DenseVectors.store(
                            Lanes(repeating: 0.398_942_280_401_432_7) * inverse / mass, to + block)
                    }
                }
            }
            initialized = count
        }
    }

    /// Draws from a kernel.
    func sample(kernel: Int, axis: UnitAxis, _ random: inout SearchRandom) -> Double {
        let uniform = random.uniform()
        if isCategorical {
            let choices = Double(chances.count)
            let center = centers[kernel]
            guard center >= 0 else { return uniform }
            // The own choice first, then the others in order.
            let extra = ownChance - otherChance
            if uniform < extra { return (center + 0.5) / choices }
            let choice = min(
                ((uniform - extra) / (1 - extra) * choices).rounded(.down), choices - 1)
            return (choice + 0.5) / choices
        }
        let center = centers[kernel]
        let inverse = inverseWidths[kernel]
        let low = RealFunctions.normalDistribution(-center * inverse)
        let high = RealFunctions.normalDistribution((1 - center) * inverse)
        let deviate = RealFunctions.normalQuantile(low + uniform * (high - low))
        return min(max(center + deviate / inverse, 0), 1)
    }
}

/// Buffers for sorting places of the unit interval in linear time.
struct ParzenScratch: Sendable {
    private static var binCount: Int { 512 }
    private var starts = [Int32](repeating: 0, count: ParzenScratch.binCount + 1)
    private(set) var order: [Int] = []

    /// Puts the indices of the places that are numbers in ascending order, ties by index.
    mutating func sort(_ places: [Double]) {
        for bin in starts.indices { starts[bin] = 0 }
        var count = 0
        for place in places where !place.isNaN {
            starts[Self.bin(place) + 1] += 1
            count += 1
        }
        for bin in 0..<Self.binCount { starts[bin + 1] += starts[bin] }
        order = Array(repeating: 0, count: count)
        for (index, place) in places.enumerated() where !place.isNaN {
            let bin = Self.bin(place)
            order[Int(starts[bin])] = index
            starts[bin] += 1
        }
        // Within bins by insertion: almost sorted.
        for index in order.indices.dropFirst() {
            let item = order[index]
            let place = places[item]
            var hole = index
            while hole > 0, places[order[hole - 1]] > place {
                order[hole] = order[hole - 1]
                hole -= 1
            }
            order[hole] = item
        }
    }

    private static func bin(_ place: Double) -> Int {
        min(max(Int(place * Double(binCount)), 0), binCount - 1)
    }
}
