/// One run of CMA-ES (Hansen 2016, "The CMA evolution strategy: a tutorial") over the unit cube,
/// with negative weights, and with the margin for discrete parameters (Hamano et al. 2022).
struct CovarianceAdaptation: Sendable {
    let size: Int
    let population: Int
    private(set) var mean: [Double]
    private(set) var sigma: Double
    private(set) var generation = 0
    /// Per parameter stretch of the sampling distribution, which the margin keeps wide enough.
    private var stretch: [Double]
    private var covariance: [Double]
    private var roots: [Double]
    private var basis: [Double]
    private var path: [Double]
    private var sigmaPath: [Double]
    private let weights: [Double]
    private let effective: Double
    private var bestCosts: [Double] = []

    init(mean: [Double], sigma: Double, population: Int) {
        size = mean.count
        self.mean = mean
        self.sigma = sigma
        self.population = population
        stretch = Array(repeating: 1, count: size)
        var identity = [Double](repeating: 0, count: size * size)
        for index in 0..<size { identity[index * size + index] = 1 }
        covariance = identity
        basis = identity
        roots = Array(repeating: 1, count: size)
        path = Array(repeating: 0, count: size)
        sigmaPath = path
        let raw = (1...population).map {
            RealFunctions.log((Double(population) + 1) / 2) - RealFunctions.log(Double($0))
        }
        let positive = raw.filter { $0 > 0 }
        let sum = positive.reduce(0, +)
        effective = sum * sum / positive.reduce(0) { $0 + $1 * $1 }
        weights = Self.signed(raw, size: size, effective: effective)
    }

    /// Positive weights sum to 1; negative ones as much as keeps the matrix positive definite.
    private static func signed(_ raw: [Double], size: Int, effective: Double) -> [Double] {
        let n = Double(size)
        let positive = raw.reduce(0) { $0 + max($1, 0) }
        let negative = raw.filter { $0 < 0 }
        let negativeSum = -negative.reduce(0, +)
        let negativeEffective =
            negativeSum * negativeSum / max(negative.reduce(0) { $0 + $1 * $1 }, 1e-300)
        let (c1, cmu) = rates(n, effective)
        let limit = min(
            1 + c1 / cmu, 1 + 2 * negativeEffective / (effective + 2), (1 - c1 - cmu) / (n * cmu))
        return raw.map { $0 >= 0 ? $0 / positive : limit * $0 / max(negativeSum, 1e-300) }
    }

    private static func rates(_ n: Double, _ effective: Double) -> (Double, Double) {
        let c1 = 2 / ((n + 1.3) * (n + 1.3) + effective)
        let cmu = min(
            1 - c1, 2 * (effective - 2 + 1 / effective) / ((n + 2) * (n + 2) + effective))
        return (c1, max(cmu, 1e-12))
    }

    /// A point of the distribution, not held to the cube.
    func sample(_ random: inout SearchRandom) -> [Double] {
        let scaled = (0..<size).map { roots[$0] * random.normal() }
        return (0..<size).map { row in
            var sum = 0.0
            for column in 0..<size { sum += basis[row * size + column] * scaled[column] }
            return mean[row] + sigma * stretch[row] * sum
        }
    }

    /// One generation: points by cost, the best first (a failed trial's cost is infinite).
    mutating func update(_ ranked: [(point: [Double], cost: Double)]) {
        let n = Double(size)
        let (c1, cmu) = Self.rates(n, effective)
        let cSigma = (effective + 2) / (n + effective + 5)
        let damping =
            1 + cSigma + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1)
        let cPath = (4 + effective / n) / (n + 4 + 2 * effective / n)
        let expected = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        generation += 1
        let steps = ranked.map { member in
            (0..<size).map { (member.point[$0] - mean[$0]) / (sigma * stretch[$0]) }
        }
        var shift = [Double](repeating: 0, count: size)
        for (index, step) in steps.enumerated() where weights[index] > 0 {
            for row in 0..<size { shift[row] += weights[index] * step[row] }
        }
        for row in 0..<size { mean[row] += sigma * stretch[row] * shift[row] }
        let whitened = whiten(shift)
        let keep = (cSigma * (2 - cSigma) * effective).squareRoot()
        for row in 0..<size {
            sigmaPath[row] = (1 - cSigma) * sigmaPath[row] + keep * whitened[row]
        }
        let length = sigmaPath.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let fading = 1 - RealFunctions.power(1 - cSigma, 2 * Double(generation))
        let isShort = length / fading.squareRoot() < (1.4 + 2 / (n + 1)) * expected
        let pathGain = isShort ? (cPath * (2 - cPath) * effective).squareRoot() : 0
        for row in 0..<size { path[row] = (1 - cPath) * path[row] + pathGain * shift[row] }
        adapt(steps, c1: c1, cmu: cmu, lost: isShort ? 0 : c1 * cPath * (2 - cPath))
        sigma *= RealFunctions.exp(min(1, cSigma / damping * (length / expected - 1)))
        sigma = min(max(sigma, 1e-15), 1e3)
        bestCosts.append(ranked.first?.cost ?? .infinity)
    }

    private mutating func adapt(_ steps: [[Double]], c1: Double, cmu: Double, lost: Double) {
        var factors = [Double](repeating: 0, count: steps.count)
        for (index, step) in steps.enumerated() {
            var weight = weights[index]
            if weight < 0 {
                let z = whiten(step)
                weight *= Double(size) / max(z.reduce(0) { $0 + $1 * $1 }, 1e-300)
            }
            factors[index] = weight
        }
        let sum = weights.reduce(0, +)
        let old = 1 + lost - c1 - cmu * sum
        for row in 0..<size {
            for column in 0...row {
                var value = old * covariance[row * size + column] + c1 * path[row] * path[column]
                for (factor, step) in zip(factors, steps) {
                    value += cmu * factor * step[row] * step[column]
                }
                covariance[row * size + column] = value
                covariance[column * size + row] = value
            }
        }
        let eigen = SymmetricEigen(covariance, size: size)
        roots = eigen.values.map { max($0, 1e-16).squareRoot() }
        basis = eigen.vectors
    }

    /// C^(-1/2) x
    private func whiten(_ x: [Double]) -> [Double] {
        let inner = (0..<size).map { column -> Double in
            var sum = 0.0
            for row in 0..<size { sum += basis[row * size + column] * x[row] }
            return sum / roots[column]
        }
        return (0..<size).map { row in
            var sum = 0.0
            for column in 0..<size { sum += basis[row * size + column] * inner[column] }
            return sum
        }
    }

    /// Whether nothing more is to be gained: no width left, no difference left, or no shape left.
    var isConverged: Bool {
        let widest =
            (0..<size).map {
                sigma * stretch[$0] * covariance[$0 * size + $0].squareRoot()
            }.max() ?? 0
        if widest < 1e-10 { return true }
        let least = roots.min() ?? 1
        let most = roots.max() ?? 1
        if most > 1e7 * least { return true }
        let window = 10 + 30 * size / population
        guard bestCosts.count >= window else { return false }
        let recent = bestCosts.suffix(window)
        guard let low = recent.min(), let high = recent.max(), high < .infinity else {
            return false
        }
        return high - low < 1e-12 * max(1, abs(low))
    }

    /// Keeps the chance to leave the level the mean stands in at 1/(parameters * population).
    mutating func keepMargin(_ axes: [UnitAxis]) {
        let margin = 1 / (Double(size) * Double(population))
        for (index, axis) in axes.enumerated() where !axis.isContinuous {
            mean[index] = min(max(mean[index], 0), 1)
            guard let levels = axis.levels, levels > 1,
                let level = axis.interval(around: mean[index])
            else { continue }
            let width = sigma * stretch[index] * covariance[index * size + index].squareRoot()
            if level.lowerBound <= 1e-9 || level.upperBound >= 1 - 1e-9 {
                // The outermost level: the mean stays near enough to its border.
                let isLowest = level.lowerBound <= 1e-9
                let border = isLowest ? level.upperBound : level.lowerBound
                let reach = width * RealFunctions.normalQuantile(1 - margin)
                if abs(border - mean[index]) > reach {
                    mean[index] = isLowest ? border - reach : border + reach
                }
                continue
            }
            let below = RealFunctions.normalDistribution((level.lowerBound - mean[index]) / width)
            let above = RealFunctions.normalDistribution((mean[index] - level.upperBound) / width)
            guard below < margin / 2 || above < margin / 2 else { continue }
            let low = RealFunctions.normalQuantile(1 - max(below, margin / 2))
            let high = RealFunctions.normalQuantile(1 - max(above, margin / 2))
            guard low + high > 1e-6 else { continue }
            let wanted = (level.upperBound - level.lowerBound) / (low + high)
            mean[index] = level.lowerBound + wanted * low
            stretch[index] *= wanted / width
        }
    }
}
