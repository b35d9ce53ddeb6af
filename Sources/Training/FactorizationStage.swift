import LinearAlgebra

/// A factorization machine (Rendle 2010) over dense rows: bias + w·x + the sum over pairs i < j of
/// `<v_i, v_j> x_i x_j`, computed as `½ Σ_f ((Σ_i v_if x_i)² - Σ_i v_if² x_i²)`.
///
/// Its weight is [1 + factors x inputs]: first w, then one line of v for each factor.
final class FactorizationStage: NetworkStage {
    private let factors: Int
    private let output: FloatBuffer
    /// w·x and the factors' sums [rows x 1 + factors].
    private let sums: FloatBuffer
    private let squares: FloatBuffer
    private let squaredInput: FloatBuffer
    private let squaredWeight: FloatBuffer
    private let slopes: FloatBuffer
    private let correction: FloatBuffer
    private let inputGradient: FloatBuffer?
    /// The newest pass's input when it was sparse.
    private var sparse: SparseInput?

    init(_ stage: ParameterLayout.Stage, factors: Int, rows: Int, forTraining: Bool) {
        self.factors = factors
        let lines = 1 + factors
        output = FloatBuffer(count: rows)
        sums = FloatBuffer(count: rows * lines)
        squares = FloatBuffer(count: rows)
        squaredInput = FloatBuffer(count: rows * stage.inputs)
        squaredWeight = FloatBuffer(count: stage.inputs)
        slopes = FloatBuffer(count: forTraining ? rows * lines : 0)
        correction = FloatBuffer(count: forTraining ? stage.inputs : 0)
        inputGradient =
            forTraining && stage.weightOffset > 0 ? FloatBuffer(count: rows * stage.inputs) : nil
        super.init(stage, rows: rows)
    }

    override func forward(
        _ input: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        let width = stage.inputs
        let weight = UnsafePointer(pass.values + stage.weightOffset)
        let lines = 1 + factors
        sparse = stage.weightOffset == 0 ? pass.sparse : nil
        if let sparse { return forward(sparse, weight, pass) }
        BLAS.gemm(
            rows: rows, columns: lines, depth: width, left: .stored(input, stride: width),
            right: .transposed(weight, stride: width), output: sums.pointer, outputStride: lines)
        VectorKernels.square(input, into: squaredInput.pointer, count: squaredInput.count)
        // Σ_f v_if² per input, in the order of factors.
        squaredWeight.clear()
        for factor in 1..<lines {
            VectorKernels.addSquares(
                weight + factor * width, to: squaredWeight.pointer, count: width)
        }
        BLAS.gemm(
            rows: rows, columns: 1, depth: width,
            left: .stored(squaredInput.pointer, stride: width),
            right: .transposed(squaredWeight.pointer, stride: width), output: squares.pointer,
            outputStride: 1)
        let bias = pass.values[stage.biasOffset]
        for row in 0..<rows {
            let line = sums.pointer + row * lines
            var pairs: Float = 0
            for factor in 1..<lines { pairs = pairs.addingProduct(line[factor], line[factor]) }
            output.pointer[row] = bias + line[0] + 0.5 * (pairs - squares.pointer[row])
        }
        return output.pointer
    }

    override func backward(
        _ outputGradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>,
        values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        wantsInputGradient: Bool
    ) -> UnsafeMutablePointer<Float>? {
        let width = stage.inputs
        let lines = 1 + factors
        LayerKernels.columnSums(
            outputGradient, into: gradient + stage.biasOffset, rows: rows, columns: 1)
        if let sparse {
            backward(sparse, outputGradient, values, gradient)
            return nil
        }
        for row in 0..<rows {
            let slope = outputGradient[row]
            let from = sums.pointer + row * lines
            let to = slopes.pointer + row * lines
            to[0] = slope
            for factor in 1..<lines { to[factor] = slope * from[factor] }
        }
        // d/dv_if = slope * (sum_f x_i - v_if x_i²), summed over rows.
        let weightGradient = gradient + stage.weightOffset
        BLAS.gemm(
            rows: lines, columns: width, depth: rows,
            left: .transposed(slopes.pointer, stride: lines),
            right: .stored(input, stride: width), output: weightGradient, outputStride: width)
        BLAS.gemm(
            rows: 1, columns: width, depth: rows,
            left: .transposed(outputGradient, stride: 1),
            right: .stored(squaredInput.pointer, stride: width), output: correction.pointer,
            outputStride: width)
        let weight = values + stage.weightOffset
        for factor in 1..<lines {
            VectorKernels.subtractProducts(
                weight + factor * width, correction.pointer,
                from: weightGradient + factor * width, count: width)
        }
        guard wantsInputGradient, let inputGradient else { return nil }
        BLAS.gemm(
            rows: rows, columns: width, depth: lines,
            left: .stored(slopes.pointer, stride: lines), right: .stored(weight, stride: width),
            output: inputGradient.pointer, outputStride: width)
        for row in 0..<rows {
            let line = inputGradient.pointer + row * width
            let values = input + row * width
            let slope = outputGradient[row]
            for column in 0..<width {
                let own = squaredWeight.pointer[column] * values[column]
                line[column] = line[column].addingProduct(-slope, own)
            }
        }
        return inputGradient.pointer
    }

    private func forward(
        _ sparse: SparseInput, _ weight: UnsafePointer<Float>, _ pass: Pass
    ) -> UnsafeMutablePointer<Float> {
        squares.clear()
        SparseKernels.multiply(
            sparse.matrix, rows: sparse.rows, weight: weight, bias: pass.values + stage.biasOffset,
            outputs: 1, columns: stage.inputs, lines: rows, into: output.pointer)
        SparseKernels.pairs(
            sparse.matrix, rows: sparse.rows, factors: weight + stage.inputs, count: factors,
            columns: stage.inputs, sums: sums.pointer, output: squares.pointer)
        VectorKernels.add(squares.pointer, to: output.pointer, count: rows)
        return output.pointer
    }

    private func backward(
        _ sparse: SparseInput, _ slopes: UnsafePointer<Float>, _ values: UnsafePointer<Float>,
        _ gradient: UnsafeMutablePointer<Float>
    ) {
        let weightGradient = gradient + stage.weightOffset
        SparseKernels.weightGradient(
            sparse.matrix, rows: sparse.rows, slopes: slopes, outputs: 1, columns: stage.inputs,
            isCleared: sparse.isGradientCleared, into: weightGradient)
        SparseKernels.pairsGradient(
            sparse.matrix, rows: sparse.rows,
            factors: values + stage.weightOffset + stage.inputs, count: factors,
            columns: stage.inputs, sums: sums.pointer, slopes: slopes,
            isCleared: sparse.isGradientCleared, into: weightGradient + stage.inputs)
    }
}
