/// How well hyperparameters explain observations: the logarithm of the marginal likelihood of a
/// Gaussian process plus that of the prior, with its gradient.
///
/// Priors: the logarithm of a length is normal around ln(d) / 2 - 1/2 with deviation 1, so that a
/// space of many parameters begins smooth (the form is that of Hvarfner et al. 2024; the numbers
/// are those that did best on the benchmark); signal and noise have broad ones.
struct MarginalLikelihood {
    /// Bounds of the logarithms, against overflow.
    static let bound = 16.0
    /// Least logarithm of the noise variance, relative to outcomes of standard deviation 1.
    static let leastNoise = -18.0

    let count: Int
    let dimensions: Int
    private let targets: [Double]
    /// Squared differences of all pairs i > j, parameter after parameter.
    private let differences: [[Double]]
    private let noisePrior: (mean: Double, deviation: Double)
    private let lengthMean: Double
    private var distances: [Double]
    private var covariance: [Double]
    private var slopes: [Double]
    private var factor: [Double]
    private var inverse: [Double]
    private var precision: [Double]

    /// Points row after row; targets of mean 0 and standard deviation 1.
    init(points: [[Double]], targets: [Double], isCategorical: [Bool], isNoisy: Bool) {
        count = points.count
        dimensions = isCategorical.count
        self.targets = targets
        let pairs = count * (count - 1) / 2
        let count = count
        differences = (0..<dimensions).map { position in
            var column: [Double] = []
            column.reserveCapacity(pairs)
            for row in 1..<max(count, 1) {
                let here = points[row][position]
                for other in 0..<row {
                    column.append(
                        GaussianProcess.squaredDifference(
                            here, points[other][position], isCategorical: isCategorical[position])
                    )
                }
            }
            return column
        }
        noisePrior = isNoisy ? (-10, 4) : (-16, 1)
        lengthMean = -0.5 + 0.5 * RealFunctions.log(Double(dimensions))
        distances = Array(repeating: 0, count: pairs)
        covariance = distances
        slopes = distances
        factor = Array(repeating: 0, count: count * count)
        inverse = factor
        precision = factor
    }

    /// The value at (inverse squares, signal, noise), all logarithms, and its gradient in place;
    /// minus infinity where the matrix is not positive.
    mutating func value(at parameters: [Double], gradient: inout [Double]) -> Double {
        let signal = RealFunctions.exp(parameters[dimensions])
        let noise = RealFunctions.exp(parameters[dimensions + 1])
        fillCovariance(parameters, signal: signal)
        guard factorize(diagonal: signal + noise) else { return -.infinity }
        var alpha = [Double](repeating: 0, count: count)
        var fit = 0.0
        var logDeterminant = 0.0
        for row in 0..<count {
            var whitened = 0.0
            for other in 0...row { whitened += inverse[row * count + other] * targets[other] }
            for other in 0...row { alpha[other] += inverse[row * count + other] * whitened }
            fit += whitened * whitened
            logDeterminant -= RealFunctions.log(inverse[row * count + row])
        }
        var result = -0.5 * fit - logDeterminant
        invert()
        addGradient(parameters, alpha: alpha, signal: signal, noise: noise, to: &gradient)
        result += addPrior(parameters, to: &gradient)
        return result
    }

    private mutating func fillCovariance(_ parameters: [Double], signal: Double) {
        let pairs = distances.count
        for index in 0..<pairs { distances[index] = 0 }
        distances.withUnsafeMutableBufferPointer { distances in
            for position in 0..<dimensions {
                let weight = RealFunctions.exp(parameters[position])
                differences[position].withUnsafeBufferPointer { column in
                    guard let from = column.baseAddress, let to = distances.baseAddress else {
                        return
                    }
                    DenseVectors.add(weight, from, to: to, pairs)
                }
            }
        }
        distances.withUnsafeBufferPointer { distances in
            covariance.withUnsafeMutableBufferPointer { covariance in
                slopes.withUnsafeMutableBufferPointer { slopes in
                    guard let d = distances.baseAddress, let k = covariance.baseAddress,
                        let s = slopes.baseAddress
                    else { return }
                    var index = 0
                    while index &+ 8 <= pairs {
                        let root = RealFunctions.squareRoot(5 * DenseVectors.load(d + index))
                        let decay = RealFunctions.exp(-root) * signal
                        DenseVectors.store((1 + root + root * root * (1.0 / 3)) * decay, k + index)
                        DenseVectors.store((-5.0 / 6) * (1 + root) * decay, s + index)
                        index &+= 8
                    }
                    while index < pairs {
                        let root = (5 * d[index]).squareRoot()
                        let decay = RealFunctions.exp(-root) * signal
                        k[index] = (1 + root + root * root * (1.0 / 3)) * decay
                        s[index] = (-5.0 / 6) * (1 + root) * decay
                        index &+= 1
                    }
                }
            }
        }
    }

    /// Cholesky by rows, and the inverse of the factor.
    private mutating func factorize(diagonal: Double) -> Bool {
        let count = count
        return covariance.withUnsafeBufferPointer { covariance in
            factor.withUnsafeMutableBufferPointer { factor in
                inverse.withUnsafeMutableBufferPointer { inverse -> Bool in
                    guard let l = factor.baseAddress, let m = inverse.baseAddress else {
                        return false
                    }
                    var pair = 0
                    for row in 0..<count {
                        let target = l + row * count
                        for other in 0..<row {
                            let below = l + other * count
                            let value =
                                covariance[pair] - DenseVectors.dot(target, below, other)
                            target[other] = value / below[other]
                            pair += 1
                        }
                        let rest = diagonal - DenseVectors.dot(target, target, row)
                        guard rest > 1e-13 * diagonal else { return false }
                        let pivot = rest.squareRoot()
                        target[row] = pivot
                        let last = m + row * count
                        for index in 0..<row { last[index] = 0 }
                        for other in 0..<row {
                            DenseVectors.add(
                                -target[other] / pivot, m + other * count, to: last, other + 1)
                        }
                        last[row] = 1 / pivot
                    }
                    return true
                }
            }
        }
    }

    /// The lower triangle of K⁻¹ = L⁻ᵀ L⁻¹.
    private mutating func invert() {
        let count = count
        for index in precision.indices { precision[index] = 0 }
        inverse.withUnsafeBufferPointer { inverse in
            precision.withUnsafeMutableBufferPointer { precision in
                guard let m = inverse.baseAddress, let p = precision.baseAddress else { return }
                for row in 0..<count {
                    let line = m + row * count
                    for target in 0...row {
                        DenseVectors.add(line[target], line, to: p + target * count, target + 1)
                    }
                }
            }
        }
    }

    private mutating func addGradient(
        _ parameters: [Double], alpha: [Double], signal: Double, noise: Double,
        to gradient: inout [Double]
    ) {
        // Half the trace of (alpha alphaᵀ - K⁻¹) dK; pairs stand for both halves.
        var pair = 0
        var signalSlope = 0.0
        var noiseSlope = 0.0
        for row in 0..<count {
            for other in 0..<row {
                let weight = alpha[row] * alpha[other] - precision[row * count + other]
                signalSlope += weight * covariance[pair]
                slopes[pair] *= weight
                pair += 1
            }
            let weight = alpha[row] * alpha[row] - precision[row * count + row]
            signalSlope += 0.5 * weight * signal
            noiseSlope += 0.5 * weight * noise
        }
        slopes.withUnsafeBufferPointer { slopes in
            for position in 0..<dimensions {
                differences[position].withUnsafeBufferPointer { column in
                    guard let s = slopes.baseAddress, let d = column.baseAddress else {
                        gradient[position] = 0
                        return
                    }
                    gradient[position] =
                        RealFunctions.exp(parameters[position])
                        * DenseVectors.dot(s, d, slopes.count)
                }
            }
        }
        gradient[dimensions] = signalSlope
        gradient[dimensions + 1] = noiseSlope
    }

    private func addPrior(_ parameters: [Double], to gradient: inout [Double]) -> Double {
        var result = 0.0
        func add(_ index: Int, _ mean: Double, _ deviation: Double) {
            let z = (parameters[index] - mean) / deviation
            result -= 0.5 * z * z
            gradient[index] -= z / deviation
        }
        // The logarithm of 1 / length² has twice the deviation of that of the length.
        for position in 0..<dimensions { add(position, -2 * lengthMean, 2) }
        add(dimensions, 0, 1.5)
        add(dimensions + 1, noisePrior.mean, noisePrior.deviation)
        return result
    }
}

extension MarginalLikelihood {
    /// Climbs from these hyperparameters by BFGS, evaluating at most `limit` times.
    mutating func climb(
        from start: GaussianProcess.Hyperparameters, limit: Int
    ) -> GaussianProcess.Hyperparameters {
        let size = dimensions + 2
        var point = start.inverseSquares + [start.signal, start.noise]
        var gradient = [Double](repeating: 0, count: size)
        var value = value(at: point, gradient: &gradient)
        var evaluations = 1
        guard value > -.infinity else { return start }
        var hessian = Self.identity(size, scale: 1)
        var trialGradient = gradient
        while evaluations < limit {
            var direction = [Double](repeating: 0, count: size)
            var slope = 0.0
            for row in 0..<size {
                for column in 0..<size {
                    direction[row] += hessian[row * size + column] * gradient[column]
                }
                slope += direction[row] * gradient[row]
            }
            if slope <= 0 {
                direction = gradient
                hessian = Self.identity(size, scale: 1)
                slope = gradient.reduce(0) { $0 + $1 * $1 }
            }
            guard slope > 1e-6 else { break }
            let longest = direction.reduce(0) { max($0, abs($1)) }
            var step = min(1, 2 / longest)
            var isAccepted = false
            while evaluations < limit {
                let trial = zip(point, direction).enumerated().map { index, pair in
                    Self.bounded(pair.0 + step * pair.1, isNoise: index == size - 1)
                }
                let trialValue = self.value(at: trial, gradient: &trialGradient)
                evaluations += 1
                if trialValue >= value + 1e-4 * step * slope {
                    let move = zip(trial, point).map { $0 - $1 }
                    let change = zip(gradient, trialGradient).map { $0 - $1 }
                    Self.update(&hessian, move: move, change: change)
                    let gain = trialValue - value
                    (point, value, gradient) = (trial, trialValue, trialGradient)
                    isAccepted = gain > 1e-4
                    break
                }
                step *= 0.3
                if step < 1e-4 { break }
            }
            if !isAccepted { break }
        }
        return GaussianProcess.Hyperparameters(
            inverseSquares: Array(point[0..<dimensions]), signal: point[dimensions],
            noise: point[dimensions + 1])
    }

    private static func bounded(_ value: Double, isNoise: Bool) -> Double {
        min(max(value, isNoise ? leastNoise : -bound), bound)
    }

    private static func identity(_ size: Int, scale: Double) -> [Double] {
        var matrix = [Double](repeating: 0, count: size * size)
        for index in 0..<size { matrix[index * size + index] = scale }
        return matrix
    }

    /// The BFGS update of the inverse Hessian of the negated value.
    private static func update(_ matrix: inout [Double], move: [Double], change: [Double]) {
        let size = move.count
        let curvature = zip(move, change).reduce(0) { $0 + $1.0 * $1.1 }
        guard curvature > 1e-10 else { return }
        var product = [Double](repeating: 0, count: size)
        for row in 0..<size {
            for column in 0..<size { product[row] += matrix[row * size + column] * change[column] }
        }
        let quadratic = zip(change, product).reduce(0) { $0 + $1.0 * $1.1 }
        let outer = (1 + quadratic / curvature) / curvature
        for row in 0..<size {
            for column in 0..<size {
                matrix[row * size + column] +=
                    outer * move[row] * move[column]
                    - (product[row] * move[column] + move[row] * product[column]) / curvature
            }
        }
    }
}
