/// The same computations written in the plainest way, as the judge of the fast ones.
///
/// Element-wise kernels and sums over rows must agree with these bit for bit; products and softmax
/// are computed here in double precision and must agree within rounding.
package enum ReferenceKernels {
    /// The matrix product in double precision; arguments as those of `BLAS.gemm`.
    package static func gemm(
        rows: Int,
        columns: Int,
        depth: Int,
        left: BLAS.Factor,
        right: BLAS.Factor
    ) -> [Double] {
        var output: [Double] = []
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = 0.0
                for inner in 0..<depth {
                    sum += element(left, row, inner) * element(right, inner, column)
                }
                output.append(sum)
            }
        }
        return output
    }

    private static func element(_ factor: BLAS.Factor, _ row: Int, _ column: Int) -> Double {
        let (line, place) = factor.isTransposed ? (column, row) : (row, column)
        return Double(factor.pointer[line * factor.stride + place])
    }

    /// Judge of `LayerKernels.addBiasAndRectify`.
    package static func addBiasAndRectify(_ matrix: [Float], bias: [Float]) -> [Float] {
        matrix.indices.map { index in
            let sum = matrix[index] + bias[index % bias.count]
            return sum < 0 ? 0 : sum
        }
    }

    /// Judge of `LayerKernels.rectifyBackward`: the gradient before the rectifier.
    package static func rectifyBackward(gradient: [Float], activation: [Float]) -> [Float] {
        zip(gradient, activation).map { value, active in
            active > 0 ? withoutNegligible(value) : 0
        }
    }

    /// Judge of `LayerKernels.columnSums`.
    package static func columnSums(_ matrix: [Float], columns: Int) -> [Float] {
        (0..<columns).map { column in
            var sum: Float = 0
            for index in stride(from: column, to: matrix.count, by: columns) {
                sum += matrix[index]
            }
            return sum
        }
    }

    /// Judge of `VectorKernels.momentumStep`: new parameters and velocities.
    package static func momentumStep(
        parameters: [Float],
        velocity: [Float],
        gradient: [Float],
        learningRate: Float,
        momentum: Float
    ) -> (parameters: [Float], velocity: [Float]) {
        let updated = zip(gradient, velocity).map { g, v in
            withoutNegligible(g.addingProduct(momentum, v))
        }
        let moved = zip(parameters, updated).map { w, v in w.addingProduct(-learningRate, v) }
        return (moved, updated)
    }

    /// Judge of `GatherKernels.standardizedRows`.
    package static func standardizedRows(
        of source: [Float],
        columns: Int,
        indices: [UInt32],
        mean: [Float],
        inverseDeviation: [Float]
    ) -> [Float] {
        indices.flatMap { row in
            (0..<columns).map { column in
                (source[Int(row) * columns + column] - mean[column]) * inverseDeviation[column]
            }
        }
    }

    /// Replaces a negligible value by 0, as the fast kernels do.
    package static func withoutNegligible(_ value: Float) -> Float {
        value.magnitude < ElementaryFunctions.negligible ? 0 : value
    }
}
