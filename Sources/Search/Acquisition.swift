/// What a Gaussian process promises at eight points: the number to be maximised, with its slopes.
struct Acquisition: Sendable {
    typealias Lanes = SIMD8<Double>

    let kind: GaussianProcessSettings.Acquisition
    /// The best warped cost known.
    let best: Double

    /// The promise of a mean and a standard deviation, and its slopes by both.
    func promise(mean: Double, deviation: Double) -> (
        value: Double, byMean: Double, byDeviation: Double
    ) {
        switch kind {
        case .lowerConfidenceBound(let beta):
            return (beta * deviation - mean, -1, beta)
        case .expectedImprovement:
            let z = (best - mean) / deviation
            let density = RealFunctions.normalDensity(z)
            let distribution = RealFunctions.normalDistribution(z)
            return (deviation * (density + z * distribution), -distribution, density)
        case .logExpectedImprovement:
            let z = (best - mean) / deviation
            let logDeviation = RealFunctions.log(deviation)
            if z > -20 {
                let density = RealFunctions.normalDensity(z)
                let distribution = RealFunctions.normalDistribution(z)
                let improvement = max(density + z * distribution, 1e-300)
                return (
                    logDeviation + RealFunctions.log(improvement),
                    -distribution / (deviation * improvement), density / (deviation * improvement)
                )
            }
            // Far below: h(z) = φ(z) / z² (1 - 3/z² + 15/z⁴), Φ / h = -z (1 + 2/z²), φ / h = z² +
            // 3.
            let square = z * z
            let series = 1 - 3 / square + 15 / (square * square)
            let logarithm =
                -0.5 * square - 0.918_938_533_204_672_7 - RealFunctions.log(square)
                + RealFunctions.log(series)
            return (
                logDeviation + logarithm, z * (1 + 2 / square) / deviation,
                (square + 3) / deviation
            )
        }
    }

    /// The promise at eight points; slopes by each parameter when the batch has them.
    func promises(
        _ batch: GaussianProcessBatch, slopes: inout [Lanes], hasSlopes: Bool
    ) -> Lanes {
        var values = Lanes(repeating: 0)
        for lane in 0..<8 {
            let deviation = batch.variance[lane].squareRoot()
            let promise = promise(mean: batch.mean[lane], deviation: deviation)
            values[lane] = promise.value
            guard hasSlopes else { continue }
            for position in slopes.indices {
                slopes[position][lane] =
                    promise.byMean * batch.meanSlopes[position][lane]
                    + promise.byDeviation * batch.varianceSlopes[position][lane]
                    / (2 * deviation)
            }
        }
        return values
    }
}
