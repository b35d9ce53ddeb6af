/// The density of a set of trials over all parameters of a space, with the prior as one more
/// kernel.
struct ParzenEstimator: Sendable {
    let dimensions: [ParzenDimension]
    /// Of each kernel, the prior last; they sum to 1.
    let weights: [Double]
    private let cumulative: [Double]
    private let axes: [UnitAxis]

    /// Kernels at `rows`, whose weights stand in the same order; `leastWidth` is that of a
    /// `ParzenDimension`.
    init(
        history: TrialHistory, rows: [Int], weights: [Double], priorWeight: Double,
        leastWidth: Double, scratch: inout ParzenScratch
    ) {
        axes = history.space.axes
        var all = weights
        all.append(rows.isEmpty ? 1 : priorWeight)
        let sum = all.reduce(0, +)
        self.weights = all.map { $0 / sum }
        var running = 0.0
        cumulative = self.weights.map {
            running += $0
            return running
        }
        let width = axes.count
        var dimensions: [ParzenDimension] = []
        dimensions.reserveCapacity(width)
        var places = [Double](repeating: 0, count: rows.count)
        for (position, axis) in axes.enumerated() {
            history.units.withUnsafeBufferPointer { units in
                for index in 0..<rows.count {
                    places[index] = units[rows[index] * width + position]
                }
            }
            dimensions.append(
                ParzenDimension(
                    axis: axis, places: places, weights: all, leastWidth: leastWidth,
                    scratch: &scratch))
        }
        self.dimensions = dimensions
    }

    /// Which kernel a uniform number picks.
    func kernel(_ uniform: Double) -> Int {
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] <= uniform { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The logarithm of the density of one parameter by itself at these places; NaN places give 0.
    func logDensities(of position: Int, at places: [Double]) -> [Double] {
        let dimension = dimensions[position]
        if dimension.isCategorical {
            let choices = dimension.chances.count
            return places.map {
                $0.isNaN
                    ? 0
                    : RealFunctions.log(
                        dimension.chances[min(Int($0 * Double(choices)), choices - 1)])
            }
        }
        // Kernels side by side, from left to right, eight at a time, and how far each eight reach.
        let kernels = weights.count
        let padded = (kernels + 7) / 8 * 8
        let blocks = padded / 8
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * padded + 2 * blocks) {
            guard let base = $0.baseAddress else { return places }
            dimension.lineUp(weights: weights, into: base)
            let reaches = base + 3 * padded
            return places.map { place in
                guard !place.isNaN else { return 0 }
                let at = SIMD8<Double>(repeating: place)
                var sum = SIMD8<Double>(repeating: 0)
                for block in 0..<blocks {
                    // Most blocks are out of sight of a place.
                    if place < reaches[2 * block] || place > reaches[2 * block + 1] { continue }
                    let centers = DenseVectors.load(base + 8 * block)
                    let inverse = DenseVectors.load(base + padded + 8 * block)
                    let heights = DenseVectors.load(base + 2 * padded + 8 * block)
                    let z = (at - centers) * inverse
                    sum.addProduct(heights, RealFunctions.exp(-0.5 * z * z))
                }
                return RealFunctions.log(sum.sum())
            }
        }
    }

    /// The logarithm of the joint density at points, row after row of `dimensions.count` places.
    func jointLogDensities(at points: [Double]) -> [Double] {
        let width = dimensions.count
        let kernels = weights.count
        let padded = (kernels + 7) / 8 * 8
        let constants = jointConstants(padded: padded)
        var exponents = [Double](repeating: 0, count: padded)
        return stride(from: 0, to: points.count, by: width).map { start in
            exponents.withUnsafeMutableBufferPointer { to in
                constants.withUnsafeBufferPointer { from in _ = to.update(from: from) }
            }
            for (position, dimension) in dimensions.enumerated() {
                let place = points[start + position]
                dimension.addLogKernels(at: place, kernels: kernels, to: &exponents)
            }
            return Self.logSum(exponents)
        }
    }

    /// The logarithm of each kernel's weight and height; minus infinity behind the last.
    private func jointConstants(padded: Int) -> [Double] {
        let kernels = weights.count
        var products = weights
        var logarithms = [Double](repeating: 0, count: padded)
        for kernel in kernels..<padded { logarithms[kernel] = -.infinity }
        var factors = 0
        func take() {
            for kernel in 0..<kernels {
                logarithms[kernel] += RealFunctions.log(products[kernel])
                products[kernel] = 1
            }
            factors = 0
        }
        for dimension in dimensions where !dimension.isCategorical {
            dimension.heights.withUnsafeBufferPointer { heights in
                products.withUnsafeMutableBufferPointer { products in
                    for kernel in 0..<kernels { products[kernel] *= heights[kernel] }
                }
            }
            factors += 1
            // A height is between 0.3 and 100 or so: sixty of them neither overflow nor vanish.
            if factors == 60 { take() }
        }
        take()
        return logarithms
    }

    private static func logSum(_ exponents: [Double]) -> Double {
        exponents.withUnsafeBufferPointer { exponents in
            guard let from = exponents.baseAddress else { return -.infinity }
            var most = SIMD8<Double>(repeating: -.infinity)
            for block in stride(from: 0, to: exponents.count, by: 8) {
                let lanes = DenseVectors.load(from + block)
                most = most.replacing(with: lanes, where: lanes .> most)
            }
            let largest = most.max()
            guard largest > -.infinity else { return largest }
            var sum = SIMD8<Double>(repeating: 0)
            for block in stride(from: 0, to: exponents.count, by: 8) {
                sum += RealFunctions.exp(DenseVectors.load(from + block) - largest)
            }
            return largest + RealFunctions.log(sum.sum())
        }
    }
}

extension ParzenDimension {
    /// Adds what this parameter gives each kernel's exponent at a place; an inactive one gives what
    /// takes its height back.
    func addLogKernels(at place: Double, kernels: Int, to exponents: inout [Double]) {
        if isCategorical {
            guard !place.isNaN else { return }
            let choices = chances.count
            let choice = Double(min(Int(place * Double(choices)), choices - 1))
            let own = RealFunctions.log(ownChance)
            let other = RealFunctions.log(otherChance)
            let uniform = -RealFunctions.log(Double(choices))
            for kernel in 0..<kernels {
                let center = centers[kernel]
                exponents[kernel] += center < 0 ? uniform : (center == choice ? own : other)
            }
            return
        }
        guard !place.isNaN else {
            for kernel in 0..<kernels { exponents[kernel] -= RealFunctions.log(heights[kernel]) }
            return
        }
        let at = SIMD8<Double>(repeating: place)
        centers.withUnsafeBufferPointer { centers in
            inverseWidths.withUnsafeBufferPointer { inverse in
                exponents.withUnsafeMutableBufferPointer { exponents in
                    guard let c = centers.baseAddress, let w = inverse.baseAddress,
                        let e = exponents.baseAddress
                    else { return }
                    for block in stride(from: 0, to: exponents.count, by: 8) {
                        let z = (at - DenseVectors.load(c + block)) * DenseVectors.load(w + block)
                        let half = SIMD8<Double>(repeating: -0.5) * z
                        DenseVectors.store(
                            DenseVectors.load(e + block).addingProduct(half, z), e + block)
                    }
                }
            }
        }
    }

    /// Writes centres, inverse widths, weighted heights from left to right, each padded to whole
    /// blocks of eight, then for each block the interval outside which it gives less than e⁻⁴⁰.
    func lineUp(weights: [Double], into base: UnsafeMutablePointer<Double>) {
        let kernels = weights.count
        let padded = (kernels + 7) / 8 * 8
        for index in kernels..<padded {
            base[index] = 0.5
            base[padded + index] = 1
            base[2 * padded + index] = 0
        }
        weights.withUnsafeBufferPointer { weights in
            centers.withUnsafeBufferPointer { centers in
                inverseWidths.withUnsafeBufferPointer { inverse in
                    heights.withUnsafeBufferPointer { heights in
                        for rank in 0..<kernels {
                            let kernel = order[rank]
                            base[rank] = centers[kernel]
                            base[padded + rank] = inverse[kernel]
                            base[2 * padded + rank] = heights[kernel] * weights[kernel]
                        }
                    }
                }
            }
        }
        let reaches = base + 3 * padded
        for block in 0..<padded / 8 {
            let center = DenseVectors.load(base + 8 * block)
            let sight = 9 / DenseVectors.load(base + padded + 8 * block)
            reaches[2 * block] = (center - sight).min()
            reaches[2 * block + 1] = (center + sight).max()
        }
    }
}
