/// Predictions at eight points at once, with their gradients.
struct GaussianProcessBatch: Sendable {
    typealias Lanes = SIMD8<Double>

    var mean = Lanes(repeating: 0)
    var variance = Lanes(repeating: 0)
    /// For each parameter the slope of the mean and of the variance; zero for categorical ones.
    var meanSlopes: [Lanes] = []
    var varianceSlopes: [Lanes] = []
    fileprivate var covariances: [Lanes] = []
    fileprivate var slopes: [Lanes] = []
    fileprivate var whitened: [Lanes] = []
    fileprivate var solved: [Lanes] = []
}

extension GaussianProcess {
    /// Mean and variance at eight points (`points[p]` holds parameter p of each), and slopes if
    /// asked.
    func predict(_ points: [SIMD8<Double>], slopes: Bool, into batch: inout GaussianProcessBatch) {
        typealias Lanes = SIMD8<Double>
        let zero = Lanes(repeating: 0)
        if batch.covariances.count < count {
            batch.covariances = Array(repeating: zero, count: stride)
            batch.slopes = batch.covariances
            batch.whitened = batch.covariances
            batch.solved = batch.covariances
            batch.meanSlopes = Array(repeating: zero, count: dimensions)
            batch.varianceSlopes = batch.meanSlopes
        }
        covariances(points, into: &batch)
        var mean = zero
        var explained = zero
        for row in 0..<count {
            mean.addProduct(batch.covariances[row], Lanes(repeating: coefficients[row]))
        }
        inverse.withUnsafeBufferPointer { inverse in
            batch.covariances.withUnsafeBufferPointer { covariances in
                batch.whitened.withUnsafeMutableBufferPointer { whitened in
                    for row in 0..<count {
                        var even = zero
                        var odd = zero
                        let start = row * stride
                        var other = 0
                        while other < row {
                            even.addProduct(
                                Lanes(repeating: inverse[start &+ other]), covariances[other])
                            odd.addProduct(
                                Lanes(repeating: inverse[start &+ other &+ 1]),
                                covariances[other &+ 1])
                            other &+= 2
                        }
                        if other == row {
                            even.addProduct(
                                Lanes(repeating: inverse[start &+ row]), covariances[row])
                        }
                        let value = even + odd
                        whitened[row] = value
                        explained.addProduct(value, value)
                    }
                }
            }
        }
        batch.mean = mean
        let least = Lanes(repeating: 1e-12 * signal)
        let variance = signal - explained
        batch.variance = variance.replacing(with: least, where: variance .< least)
        if slopes { addSlopes(points, into: &batch) }
    }

    private func covariances(_ points: [SIMD8<Double>], into batch: inout GaussianProcessBatch) {
        typealias Lanes = SIMD8<Double>
        let five = Lanes(repeating: 5)
        for row in 0..<count {
            var square = Lanes(repeating: 0)
            for position in 0..<dimensions {
                let here = columns[position &* stride &+ row]
                let weight = Lanes(repeating: weights[position])
                square.addProduct(weight, difference(points[position], here, position))
            }
            let root = RealFunctions.squareRoot(five * square)
            let decay = RealFunctions.exp(-root) * signal
            batch.covariances[row] = (1 + root + root * root * (1.0 / 3)) * decay
            batch.slopes[row] = (-5.0 / 6) * (1 + root) * decay
        }
    }

    @inline(__always)
    private func difference(
        _ points: SIMD8<Double>, _ here: Double, _ position: Int
    ) -> SIMD8<Double> {
        typealias Lanes = SIMD8<Double>
        let delta = points - Lanes(repeating: here)
        var square = delta * delta
        guard isConditional || isCategorical[position] else { return square }
        if isCategorical[position] {
            square = Lanes(repeating: 0).replacing(with: 1, where: square .> 1e-18)
        }
        let inactive = points .!= points
        if here.isNaN {
            return Lanes(repeating: Self.inactiveDistance).replacing(with: 0, where: inactive)
        }
        return square.replacing(with: Self.inactiveDistance, where: inactive)
    }

    private func addSlopes(_ points: [SIMD8<Double>], into batch: inout GaussianProcessBatch) {
        typealias Lanes = SIMD8<Double>
        let zero = Lanes(repeating: 0)
        // K⁻¹ k = L⁻ᵀ (L⁻¹ k)
        for row in 0..<count { batch.solved[row] = zero }
        inverse.withUnsafeBufferPointer { inverse in
            batch.whitened.withUnsafeBufferPointer { whitened in
                batch.solved.withUnsafeMutableBufferPointer { solved in
                    for row in 0..<count {
                        let value = whitened[row]
                        let start = row * stride
                        for other in 0...row {
                            solved[other].addProduct(
                                value, Lanes(repeating: inverse[start &+ other]))
                        }
                    }
                }
            }
        }
        for position in 0..<dimensions {
            guard !isCategorical[position] else {
                batch.meanSlopes[position] = zero
                batch.varianceSlopes[position] = zero
                continue
            }
            var mean = zero
            var variance = zero
            for row in 0..<count {
                let here = columns[position &* stride &+ row]
                var delta = points[position] - Lanes(repeating: here)
                if isConditional { delta = delta.replacing(with: 0, where: delta .!= delta) }
                let slope = batch.slopes[row] * delta
                mean.addProduct(slope, Lanes(repeating: coefficients[row]))
                variance.addProduct(slope, batch.solved[row])
            }
            let factor = 2 * weights[position]
            batch.meanSlopes[position] = mean * factor
            batch.varianceSlopes[position] = variance * (-2 * factor)
        }
    }
}
