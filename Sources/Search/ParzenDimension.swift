/// A mixture of kernels over one parameter's unit axis: the density of a set of trials.
///
/// Numeric parameters have normal kernels cut at 0 and 1, as wide as the farther neighbour is away
/// (Bergstra et al. 2011; the ends of the axis are no neighbours), not narrower than a part
/// (`leastWidth`; Bergstra's clip has 1) of 1/min(100, 1 + kernels) of the axis nor than half a
/// level; the last kernel is the prior, as wide as the axis. Categorical ones have weighted counts.
struct ParzenDimension: Sendable {
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
    init(
        axis: UnitAxis, places: [Double], weights: [Double], leastWidth: Double,
        scratch: inout ParzenScratch
    ) {
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
            var everywhere = 0.0
            for (index, center) in centers.enumerated() {
                sum += weights[index]
                everywhere += weights[index] * (center < 0 ? 1 / Double(choices) : otherChance)
                if center >= 0 {
                    chances[Int(center)] += weights[index] * (ownChance - otherChance)
                }
            }
            for choice in 0..<choices { chances[choice] = (chances[choice] + everywhere) / sum }
            return
        }
        setKernels(axis: axis, places: places, leastWidth: leastWidth, scratch: &scratch)
        setHeights()
    }

    /// Centres and widths of a numeric parameter's kernels, padded to whole blocks of eight.
    private mutating func setKernels(
        axis: UnitAxis, places: [Double], leastWidth: Double, scratch: inout ParzenScratch
    ) {
        let padded = (places.count + 8) / 8 * 8
        centers = places
        for _ in places.count..<padded { centers.append(0.5) }
        inverseWidths = Array(repeating: 1, count: padded)
        scratch.sort(places)
        order = scratch.order
        let floor = leastWidth / min(100, Double(places.count + 2))
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
    private static var binCount: Int { 256 }
    /// A key is the place in steps of 2⁻⁴⁴ above, its index below.
    private static var indexBits: UInt64 { 18 }
    private static var placeBits: UInt64 { 44 }
    private var starts = [Int32](repeating: 0, count: ParzenScratch.binCount + 1)
    private var keys: [UInt64] = []
    private(set) var order: [Int] = []

    /// Puts the indices of the places that are numbers in ascending order, ties by index.
    mutating func sort(_ places: [Double]) {
        precondition(places.count < 1 << Self.indexBits, "more kernels than a key has room for")
        if keys.count < places.count { keys = Array(repeating: 0, count: places.count) }
        var count = 0
        places.withUnsafeBufferPointer { places in
            starts.withUnsafeMutableBufferPointer { starts in
                keys.withUnsafeMutableBufferPointer { keys in
                    count = Self.distribute(places, &starts, &keys)
                    Self.insertionSort(&keys, count)
                }
            }
        }
        order = keys.withUnsafeBufferPointer { keys in
            let mask = (1 as UInt64) << Self.indexBits - 1
            return (0..<count).map { Int(truncatingIfNeeded: keys[$0] & mask) }
        }
    }

    private static func key(_ place: Double, _ index: Int) -> UInt64 {
        let bounded = place > 0 ? (place < 1 ? place : 0x0.fffffffffffp0) : 0
        let steps = UInt64(bounded * 0x1p44)
        return steps << indexBits | UInt64(truncatingIfNeeded: index)
    }

    /// Writes the keys bin after bin; how many there are.
    private static func distribute(
        _ places: UnsafeBufferPointer<Double>, _ starts: inout UnsafeMutableBufferPointer<Int32>,
        _ keys: inout UnsafeMutableBufferPointer<UInt64>
    ) -> Int {
        for bin in 0...binCount { starts[bin] = 0 }
        let shift = indexBits + placeBits - 8
        var count = 0
        for index in 0..<places.count where !places[index].isNaN {
            starts[Int(key(places[index], index) >> shift) &+ 1] &+= 1
            count &+= 1
        }
        for bin in 0..<binCount { starts[bin &+ 1] &+= starts[bin] }
        for index in 0..<places.count where !places[index].isNaN {
            let key = key(places[index], index)
            let bin = Int(key >> shift)
            keys[Int(starts[bin])] = key
            starts[bin] &+= 1
        }
        return count
    }

    /// Within bins by insertion: almost sorted.
    private static func insertionSort(
        _ keys: inout UnsafeMutableBufferPointer<UInt64>, _ count: Int
    ) {
        guard count > 1 else { return }
        for index in 1..<count {
            let key = keys[index]
            var hole = index
            while hole > 0, keys[hole &- 1] > key {
                keys[hole] = keys[hole &- 1]
                hole &-= 1
            }
            keys[hole] = key
        }
    }
}
