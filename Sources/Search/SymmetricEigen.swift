/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, row-major.
struct SymmetricEigen: Sendable {
    /// Ascending in no order; `vectors[row * size + k]` is component `row` of vector k.
    private(set) var values: [Double]
    private(set) var vectors: [Double]

    init(_ matrix: [Double], size: Int) {
        var a = matrix
        var v = [Double](repeating: 0, count: size * size)
        for index in 0..<size { v[index * size + index] = 1 }
        for _ in 0..<60 {
            var off = 0.0
            var diagonal = 0.0
            for row in 0..<size {
                diagonal += a[row * size + row] * a[row * size + row]
                for column in 0..<row { off += a[row * size + column] * a[row * size + column] }
            }
            if off <= 1e-30 * diagonal { break }
            for p in 0..<size {
                for q in (p + 1)..<max(size, p + 1) where a[p * size + q] != 0 {
                    Self.rotate(&a, &v, p, q, size)
                }
            }
        }
        values = (0..<size).map { a[$0 * size + $0] }
        vectors = v
    }

    private static func rotate(
        _ a: inout [Double], _ v: inout [Double], _ p: Int, _ q: Int, _ size: Int
    ) {
        let theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q])
        let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for index in 0..<size {
            let left = a[index * size + p]
            let right = a[index * size + q]
            a[index * size + p] = c * left - s * right
            a[index * size + q] = s * left + c * right
        }
        for index in 0..<size {
            let left = a[p * size + index]
            let right = a[q * size + index]
            a[p * size + index] = c * left - s * right
            a[q * size + index] = s * left + c * right
            let first = v[index * size + p]
            let second = v[index * size + q]
            v[index * size + p] = c * first - s * second
            v[index * size + q] = s * first + c * second
        }
    }
}
