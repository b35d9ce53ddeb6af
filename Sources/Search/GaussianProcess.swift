/// A Gaussian process with a Matérn 5/2 kernel and a length of its own for each parameter.
///
/// Rows are added one by one: the Cholesky factor and its inverse grow by a row each, so a further
/// observation costs n² instead of n³. Matrices are lower triangles, row i at i * stride.
struct GaussianProcess: Sendable {
    /// What marginal likelihood chooses; logarithms.
    struct Hyperparameters: Sendable, Hashable {
        /// Logarithms of 1 / length², one for each parameter.
        var inverseSquares: [Double]
        /// Logarithm of the variance of the function.
        var signal: Double
        /// Logarithm of the variance of the noise.
        var noise: Double
    }

    /// Squared distance of an inactive parameter to an active one.
    static var inactiveDistance: Double { 0.25 }

    let dimensions: Int
    /// For each parameter whether only equality counts.
    let isCategorical: [Bool]
    /// Whether parameters may be inactive.
    let isConditional: Bool
    let hyperparameters: Hyperparameters
    let weights: [Double]
    let signal: Double
    let noise: Double
    private let capacity: Int
    private(set) var count = 0
    /// Columns of points: parameter p of point i at p * capacity + i.
    private(set) var columns: [Double]
    private var factor: [Double]
    private(set) var inverse: [Double]
    /// K⁻¹ y
    private(set) var coefficients: [Double] = []

    var stride: Int { capacity }

    /// A process without observations, for up to `capacity` of them.
    init(
        isCategorical: [Bool], isConditional: Bool, hyperparameters: Hyperparameters, capacity: Int
    ) {
        self.isConditional = isConditional
        dimensions = isCategorical.count
        self.isCategorical = isCategorical
        self.hyperparameters = hyperparameters
        weights = hyperparameters.inverseSquares.map { RealFunctions.exp($0) }
        signal = RealFunctions.exp(hyperparameters.signal)
        noise = RealFunctions.exp(hyperparameters.noise)
        self.capacity = (capacity + 7) / 8 * 8
        columns = Array(repeating: 0, count: self.capacity * dimensions)
        factor = Array(repeating: 0, count: self.capacity * self.capacity)
        inverse = Array(repeating: 0, count: self.capacity * self.capacity)
    }

    /// Adds a point; false when it cannot be told from those there (the matrix stays positive).
    mutating func append(_ point: [Double]) -> Bool {
        precondition(count < capacity, "more points than the process has room for")
        let size = count
        for position in 0..<dimensions { columns[position * capacity + size] = point[position] }
        var row = [Double](repeating: 0, count: capacity)
        for other in 0..<size {
            row[other] = kernel(squaredDistance(point, to: other))
        }
        let diagonal = signal + noise
        let stride = capacity
        let isPositive = factor.withUnsafeMutableBufferPointer { factor in
            inverse.withUnsafeMutableBufferPointer { inverse in
                row.withUnsafeMutableBufferPointer { row -> Bool in
                    guard let l = factor.baseAddress, let m = inverse.baseAddress,
                        let r = row.baseAddress
                    else { return false }
                    let target = l + size * stride
                    // Row of the factor: L⁻¹ k.
                    for other in 0..<size {
                        target[other] = DenseVectors.dot(m + other * stride, r, other + 1)
                    }
                    let rest = diagonal - DenseVectors.dot(target, target, size)
                    guard rest > 1e-12 * diagonal else { return false }
                    let pivot = rest.squareRoot()
                    target[size] = pivot
                    // Row of the inverse: -(1/pivot) l L⁻¹, and 1/pivot.
                    let last = m + size * stride
                    for index in 0...size { last[index] = 0 }
                    for other in 0..<size {
                        DenseVectors.add(
                            -target[other] / pivot, m + other * stride, to: last, other + 1)
                    }
                    last[size] = 1 / pivot
                    return true
                }
            }
        }
        if isPositive { count += 1 }
        return isPositive
    }

    /// Sets the observations of all points, in their order.
    mutating func observe(_ values: [Double]) {
        precondition(values.count == count, "one value for each point")
        var whitened = [Double](repeating: 0, count: count)
        coefficients = Array(repeating: 0, count: count)
        inverse.withUnsafeBufferPointer { inverse in
            values.withUnsafeBufferPointer { values in
                coefficients.withUnsafeMutableBufferPointer { coefficients in
                    guard let m = inverse.baseAddress, let y = values.baseAddress,
                        let alpha = coefficients.baseAddress
                    else { return }
                    for row in 0..<count {
                        whitened[row] = DenseVectors.dot(m + row * capacity, y, row + 1)
                    }
                    for row in 0..<count {
                        DenseVectors.add(whitened[row], m + row * capacity, to: alpha, row + 1)
                    }
                }
            }
        }
    }

    /// The covariance at a squared weighted distance.
    @inline(__always)
    func kernel(_ square: Double) -> Double {
        let root = (5 * square).squareRoot()
        return signal * (1 + root + root * root / 3) * RealFunctions.exp(-root)
    }

    func squaredDistance(_ point: [Double], to other: Int) -> Double {
        var sum = 0.0
        for position in 0..<dimensions {
            sum +=
                weights[position]
                * Self.squaredDifference(
                    point[position], columns[position * capacity + other],
                    isCategorical: isCategorical[position])
        }
        return sum
    }

    @inline(__always)
    static func squaredDifference(_ a: Double, _ b: Double, isCategorical: Bool) -> Double {
        if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? 0 : inactiveDistance }
        if isCategorical { return abs(a - b) > 1e-9 ? 1 : 0 }
        return (a - b) * (a - b)
    }

    /// Mean and variance (without noise) at a point.
    func predict(_ point: [Double]) -> (mean: Double, variance: Double) {
        var row = (0..<count).map { kernel(squaredDistance(point, to: $0)) }
        var mean = 0.0
        for index in 0..<count { mean += row[index] * coefficients[index] }
        var explained = 0.0
        inverse.withUnsafeBufferPointer { inverse in
            row.withUnsafeMutableBufferPointer { row in
                guard let m = inverse.baseAddress, let r = row.baseAddress else { return }
                for index in 0..<count {
                    let value = DenseVectors.dot(m + index * capacity, r, index + 1)
                    explained += value * value
                }
            }
        }
        return (mean, max(signal - explained, 1e-12 * signal))
    }
}
