import LinearAlgebra
import Testing

@Suite struct GemmTests {
    /// Small whole numbers, so that every partial sum is exact and any order gives the same bits.
    private func wholeNumbers(_ count: Int, salt: Int) -> [Float] {
        (0..<count).map { Float((($0 * 37 + salt * 101) % 17) - 8) }
    }

    private func factor(
        _ pointer: UnsafePointer<Float>,
        stride: Int,
        isTransposed: Bool
    ) -> BLAS.Factor {
        isTransposed ? .transposed(pointer, stride: stride) : .stored(pointer, stride: stride)
    }

    private func check(rows: Int, columns: Int, depth: Int, transposes: (Bool, Bool)) {
        let gap = 3
        let leftStride = (transposes.0 ? rows : depth) + gap
        let rightStride = (transposes.1 ? depth : columns) + gap
        let left = wholeNumbers((transposes.0 ? depth : rows) * leftStride, salt: 1)
        let right = wholeNumbers((transposes.1 ? columns : depth) * rightStride, salt: 2)
        let outputStride = columns + gap
        let marker: Float = 12_345
        var output = [Float](repeating: marker, count: rows * outputStride)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                guard let l = left.baseAddress, let r = right.baseAddress else { return }
                let first = factor(l, stride: leftStride, isTransposed: transposes.0)
                let second = factor(r, stride: rightStride, isTransposed: transposes.1)
                BLAS.gemm(
                    rows: rows,
                    columns: columns,
                    depth: depth,
                    left: first,
                    right: second,
                    output: &output,
                    outputStride: outputStride
                )
                let expected = ReferenceKernels.gemm(
                    rows: rows,
                    columns: columns,
                    depth: depth,
                    left: first,
                    right: second
                )
                var found: [Double] = []
                var gaps: Set<Float> = []
                for row in 0..<rows {
                    let line = output[(row * outputStride)..<((row + 1) * outputStride)]
                    found.append(contentsOf: line.prefix(columns).map { Double($0) })
                    gaps.formUnion(line.suffix(gap))
                }
                #expect(found == expected, "\(rows)x\(columns)x\(depth) \(transposes)")
                #expect(gaps == [marker], "elements between rows were written")
            }
        }
    }

    private static let allTransposes = [(false, false), (false, true), (true, false), (true, true)]

    @Test func agreesExactlyOnEverySmallShape() {
        for rows in 1...9 {
            for columns in 1...9 {
                for depth in 1...9 {
                    for transposes in Self.allTransposes {
                        check(rows: rows, columns: columns, depth: depth, transposes: transposes)
                    }
                }
            }
        }
    }

    @Test(arguments: [255, 256, 257, 511, 512, 513, 784])
    func agreesExactlyAroundTheDepthSlices(depth: Int) {
        for transposes in Self.allTransposes {
            check(rows: 5, columns: 7, depth: depth, transposes: transposes)
            check(rows: 33, columns: 18, depth: depth, transposes: transposes)
        }
    }

    @Test func depthZeroGivesZeros() {
        var output: [Float] = [1, 2, 3, 4]
        let nothing: [Float] = [7]
        nothing.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            BLAS.gemm(
                rows: 2,
                columns: 2,
                depth: 0,
                left: .stored(base, stride: 1),
                right: .stored(base, stride: 2),
                output: &output,
                outputStride: 2
            )
        }
        #expect(output == [0, 0, 0, 0])
    }

    @Test func libraryNamesItself() {
        #expect(!BLAS.coreName.isEmpty && BLAS.coreName != "unknown")
        #expect(BLAS.configuration.contains("OpenBLAS"))
    }
}
