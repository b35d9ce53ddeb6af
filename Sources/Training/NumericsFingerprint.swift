package import Determinism
import LinearAlgebra

/// The digest of a small fixed computation over every kernel of training.
///
/// Hosts whose fingerprints are equal give the same bits for the same job; another BLAS build,
/// core type or compiler shows here before any work is given out.
package enum NumericsFingerprint {
    /// Computes it, in a few milliseconds, with the BLAS kernels this process has loaded.
    package static func compute() -> FastDigest {
        var chain = FastDigest(high: 0, low: 0)
        let stream = RandomStream(seed: 0x6D6C_6374_6C, purpose: .initialization)
        // Batches and widths around the borders where BLAS changes its kernels and blocking.
        let shapes = [
            (1, 10, 64), (32, 64, 64), (32, 10, 64), (64, 10, 32), (100, 100, 100),
            (128, 256, 257), (128, 256, 784), (256, 784, 128), (37, 129, 513),
        ]
        for (rows, columns, depth) in shapes {
            addProducts(rows: rows, columns: columns, depth: depth, stream: stream, to: &chain)
        }
        addElementaryFunctions(stream, to: &chain)
        addLayerKernels(stream, to: &chain)
        addUpdates(stream, to: &chain)
        addNetworks(stream, to: &chain)
        addSparse(stream, to: &chain)
        return chain
    }

    static func random(_ count: Int, _ stream: RandomStream, lane: UInt32) -> FloatBuffer {
        let buffer = FloatBuffer(count: count)
        stream.fillUniform(buffer.mutableElements, lane: lane, low: -1, high: 1)
        return buffer
    }

    static func add(_ buffer: FloatBuffer, to chain: inout FastDigest) {
        chain = chain.chained(with: FastDigest.of(UnsafeRawBufferPointer(buffer.elements)))
    }

    /// The three products of a layer: forward, weight gradient, input gradient.
    private static func addProducts(
        rows: Int,
        columns: Int,
        depth: Int,
        stream: RandomStream,
        to chain: inout FastDigest
    ) {
        let left = random(rows * depth, stream, lane: 1)
        let right = random(depth * columns, stream, lane: 2)
        let factors: [(BLAS.Factor, BLAS.Factor)] = [
            (.stored(left.pointer, stride: depth), .transposed(right.pointer, stride: depth)),
            (.transposed(left.pointer, stride: rows), .stored(right.pointer, stride: columns)),
            (.stored(left.pointer, stride: depth), .stored(right.pointer, stride: columns)),
        ]
        let output = FloatBuffer(count: rows * columns)
        for (first, second) in factors {
            BLAS.gemm(
                rows: rows,
                columns: columns,
                depth: depth,
                left: first,
                right: second,
                output: output.pointer,
                outputStride: columns
            )
            add(output, to: &chain)
        }
    }

    private static func addElementaryFunctions(
        _ stream: RandomStream,
        to chain: inout FastDigest
    ) {
        let values = random(1024, stream, lane: 3)
        for index in 0..<values.count {
            let x = values.pointer[index]
            values.pointer[index] =
                index.isMultiple(of: 2)
                ? ElementaryFunctions.exp(x * 90) : ElementaryFunctions.log(x * x * 1e6)
        }
        add(values, to: &chain)
    }

    private static func addLayerKernels(_ stream: RandomStream, to chain: inout FastDigest) {
        let (rows, columns) = (37, 43)
        let matrix = random(rows * columns, stream, lane: 4)
        let bias = random(columns, stream, lane: 5)
        let scale = random(columns, stream, lane: 6)
        let sums = FloatBuffer(count: columns)
        let gathered = FloatBuffer(count: rows * columns)
        let indices = (0..<rows).map { UInt32(($0 * 11) % rows) }
        indices.withUnsafeBufferPointer {
            GatherKernels.standardizedRows(
                of: matrix.pointer,
                columns: columns,
                indices: $0,
                mean: bias.pointer,
                inverseDeviation: scale.pointer,
                into: gathered.pointer
            )
        }
        add(gathered, to: &chain)
        LayerKernels.addBiasAndRectify(
            gathered.pointer,
            bias: bias.pointer,
            rows: rows,
            columns: columns
        )
        add(gathered, to: &chain)
        LayerKernels.rectifyBackward(
            gradient: matrix.pointer,
            activation: gathered.pointer,
            columnSums: sums.pointer,
            rows: rows,
            columns: columns
        )
        add(matrix, to: &chain)
        add(sums, to: &chain)
        LayerKernels.addBias(matrix.pointer, bias: bias.pointer, rows: rows, columns: columns)
        let labels = (0..<rows).map { Int32($0) }
        let scores = SoftmaxKernels.crossEntropyGradient(
            logits: matrix.pointer,
            labels: labels,
            rows: rows,
            classes: columns,
            scale: 1 / Float(rows)
        )
        add(matrix, to: &chain)
        LayerKernels.columnSums(matrix.pointer, into: sums.pointer, rows: rows, columns: columns)
        add(sums, to: &chain)
        chain = chain.chained(
            with: FastDigest(high: scores.lossSum.bitPattern, low: UInt64(scores.correct))
        )
    }

    private static func addUpdates(_ stream: RandomStream, to chain: inout FastDigest) {
        let count = 1021
        let parameters = random(count, stream, lane: 7)
        let velocity = random(count, stream, lane: 8)
        let gradient = random(count, stream, lane: 9)
        let difference = FloatBuffer(count: count)
        VectorKernels.momentumStep(
            parameters: parameters.pointer,
            velocity: velocity.pointer,
            gradient: gradient.pointer,
            count: count,
            learningRate: 0.1,
            momentum: 0.9
        )
        add(velocity, to: &chain)
        VectorKernels.plainStep(
            parameters: parameters.pointer,
            gradient: gradient.pointer,
            count: count,
            learningRate: 0.1
        )
        add(parameters, to: &chain)
        VectorKernels.subtract(
            parameters.pointer,
            velocity.pointer,
            into: difference.pointer,
            count: count
        )
        add(difference, to: &chain)
    }
}
