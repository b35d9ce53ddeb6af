/// The density of a set of trials over all parameters of a space, with the prior as one more
/// kernel.
struct ParzenEstimator: Sendable {
    let dimensions: [ParzenDimension]
    /// Of each kernel, the prior last; they sum to 1.
    let weights: [Double]
    private let cumulative: [Double]
    private let axes: [UnitAxis]

    /// Kernels at `rows`, whose weights stand in the same order.
    init(
        history: TrialHistory, rows: [Int], weights: [Double], priorWeight: Double,
        scratch: inout ParzenScratch
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
        for (position, axis) in axes.enumerated() {
            let places = rows.map { history.units[$0 * width + position] }
            dimensions.append(
                ParzenDimension(axis: axis, places: places, weights: all, scratch: &scratch))
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
        let kernels = weights.count
        let padded = (kernels + 7) / 8 * 8
        // Kernels side by side, from left to right, so that eight are summed at a time.
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 3 * padded) { buffer in
            guard let base = buffer.baseAddress else { return places }
            for index in kernels..<padded {
                base[index] = 0
                base[padded + index] = 0
                base[2 * padded + index] = 0
            }
            for (index, kernel) in dimension.order.enumerated() {
                base[index] = dimension.centers[kernel]
                base[padded + index] = dimension.inverseWidths[kernel]
                base[2 * padded + index] = dimension.heights[kernel] * weights[kernel]
            }
            let raw = UnsafeRawPointer(base)
            return places.map { place in
                guard !place.isNaN else { return 0 }
                let at = SIMD8<Double>(repeating: place)
                var sum = SIMD8<Double>(repeating: 0)
                for block in stride(from: 0, to: padded, by: 8) {
                    let centers = raw.loadUnaligned(
                        fromByteOffset: block * 8, as: SIMD8<Double>.self)
                    let inverse = raw.loadUnaligned(
                        fromByteOffset: (padded + block) * 8, as: SIMD8<Double>.self)
                    let heights = raw.loadUnaligned(
                        fromByteOffset: (2 * padded + block) * 8, as: SIMD8<Double>.self)
                    let z = (at - centers) * inverse
                    let exponents = -0.5 * z * z
                    // Neighbours stand together: most blocks are out of sight of a place.
                    if all(exponents .< -40) { continue }
                    sum.addProduct(heights, RealFunctions.exp(exponents))
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
        var constants = [Double](repeating: -.infinity, count: padded)
        for kernel in 0..<kernels {
            var product = weights[kernel]
            var logarithm = 0.0
            for dimension in dimensions where !dimension.isCategorical {
                product *= dimension.heights[kernel]
                if product > 1e200 || product < 1e-200 {
                    logarithm += RealFunctions.log(product)
                    product = 1
                }
            }
            constants[kernel] = logarithm + RealFunctions.log(product)
        }
        var exponents = [Double](repeating: 0, count: padded)
        return stride(from: 0, to: points.count, by: width).map { start in
            for index in 0..<padded { exponents[index] = constants[index] }
            for (position, dimension) in dimensions.enumerated() {
                let place = points[start + position]
                dimension.addLogKernels(at: place, kernels: kernels, to: &exponents)
            }
            return Self.logSum(exponents)
        }
    }

    private static func logSum(_ exponents: [Double]) -> Double {
        var largest = -Double.infinity
        for exponent in exponents where exponent > largest { largest = exponent }
        guard largest > -.infinity else { return largest }
        return exponents.withUnsafeBytes { raw in
            var sum = SIMD8<Double>(repeating: 0)
            for block in stride(from: 0, to: raw.count, by: 64) {
                let lanes = raw.loadUnaligned(fromByteOffset: block, as: SIMD8<Double>.self)
                sum += RealFunctions.exp(lanes - largest)
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
        centers.withUnsafeBufferPointer { centers in
            inverseWidths.withUnsafeBufferPointer { inverse in
                exponents.withUnsafeMutableBufferPointer { exponents in
                    for kernel in 0..<kernels {
                        let z = (place - centers[kernel]) * inverse[kernel]
                        exponents[kernel] -= 0.5 * z * z
                    }
                }
            }
        }
    }
}
