/// Turns costs into numbers a Gaussian process likes: the power transform of Yeo and Johnson (2000)
/// with the power of greatest likelihood, then mean 0 and standard deviation 1.
///
/// Objectives with a long tail of bad values (losses that explode) lose their tail, and the
/// differences among the good ones grow.
struct OutcomeWarp: Sendable {
    /// Warped costs in the order given; smaller is still better.
    let values: [Double]

    /// Largest magnitude a cost counts with: differences of two stay finite.
    static let largest = 1e300

    init(_ measured: [Double]) {
        let costs = measured.map { min(max($0, -Self.largest), Self.largest) }
        let sorted = costs.sorted()
        let count = costs.count
        guard count > 1, let least = sorted.first, let most = sorted.last, most > least else {
            values = Array(repeating: 0, count: count)
            return
        }
        // The scale of the better half decides, not that of the tail.
        let middle = sorted[count / 2]
        let scale = middle > least ? middle - least : most - least
        let scaled = costs.map { ($0 - middle) / scale }
        var best = (power: 1.0, likelihood: -Double.infinity)
        for step in 0...20 {
            let power = -2 + 0.15 * Double(step)
            let likelihood = Self.likelihood(scaled, power: power)
            if likelihood > best.likelihood { best = (power, likelihood) }
        }
        let warped = scaled.map { Self.transform($0, power: best.power) }
        let mean = warped.reduce(0, +) / Double(count)
        let variance = warped.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        let inverse = variance > 0 ? 1 / variance.squareRoot() : 1
        values = warped.map { ($0 - mean) * inverse }
    }

    static func transform(_ x: Double, power: Double) -> Double {
        if x >= 0 {
            let logarithm = RealFunctions.log(1 + x)
            return abs(power) < 1e-9
                ? logarithm : (RealFunctions.exp(power * logarithm) - 1) / power
        }
        let logarithm = RealFunctions.log(1 - x)
        let other = 2 - power
        return abs(other) < 1e-9
            ? -logarithm : -(RealFunctions.exp(other * logarithm) - 1) / other
    }

    private static func likelihood(_ values: [Double], power: Double) -> Double {
        let count = Double(values.count)
        var sum = 0.0
        var square = 0.0
        var jacobian = 0.0
        for value in values {
            let warped = transform(value, power: power)
            sum += warped
            square += warped * warped
            jacobian += value >= 0 ? RealFunctions.log(1 + value) : -RealFunctions.log(1 - value)
        }
        let variance = square / count - (sum / count) * (sum / count)
        guard variance > 1e-12 else { return -.infinity }
        return -0.5 * count * RealFunctions.log(variance) + (power - 1) * jacobian
    }
}
