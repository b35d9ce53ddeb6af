private import COpenBLAS

/// The BLAS library: which one it is, and its matrix product in an order that is fixed.
package enum BLAS {
    /// The largest depth handed to the library at once.
    ///
    /// Above its own K block the library cuts the depth in ways that depend on the thread count
    /// and the core type; slices of at most 256 are below the K block of every kernel table.
    package static let maximumDepthSlice = 256

    /// Loads the library, to compute on the calling thread only; throws when it is not there.
    ///
    /// Every other member loads it too, and traps where this would throw.
    package static func load() throws(BLASLoadError) {
        guard COpenBLASLoad() != nil else {
            throw BLASLoadError(problem: String(cString: COpenBLASProblem()))
        }
    }

    private static var library: COpenBLASFunctions {
        guard let library = COpenBLASLoad() else {
            fatalError("\(BLASLoadError(problem: String(cString: COpenBLASProblem())))")
        }
        return library.pointee
    }

    /// The kernel table the library has chosen, for instance `Haswell` or `SkylakeX`.
    package static var coreName: String {
        guard let name = library.corename() else { return "unknown" }
        return String(cString: name)
    }

    /// The library's version and build options in its own words.
    package static var configuration: String {
        guard let text = library.config() else { return "unknown" }
        return String(cString: text)
    }

    /// Whether outputs are zeroed here and every slice is added, in place of asking the library for
    /// an output that is overwritten.
    ///
    /// These kernel tables have one kernel for both, which adds; the library zeroes the output for
    /// it with a slow loop of its own (10 % of a step at 784-256-10, batch 32). The bits are the
    /// same. The AVX-512 tables have kernels of their own for overwriting, so it stays there.
    private static let zeroesOutput = ["Haswell", "Zen"].contains(coreName)

    /// One factor of a matrix product, row-major as it stands in memory.
    package struct Factor {
        /// The first element.
        package var pointer: UnsafePointer<Float>
        /// Elements from one stored row to the next.
        package var stride: Int
        /// Whether the factor is the transpose of what is stored.
        package var isTransposed: Bool

        /// The matrix as stored.
        package static func stored(_ pointer: UnsafePointer<Float>, stride: Int) -> Factor {
            Factor(pointer: pointer, stride: stride, isTransposed: false)
        }

        /// The transpose of the matrix that is stored.
        package static func transposed(_ pointer: UnsafePointer<Float>, stride: Int) -> Factor {
            Factor(pointer: pointer, stride: stride, isTransposed: true)
        }
    }

    /// `output[rows x columns] = left[rows x depth] * right[depth x columns]`, all row-major.
    ///
    /// The depth is worked off in slices of at most 256, in order, each added to the output.
    /// Strides count elements; every size fits in 31 bits; depth 0 gives zeros.
    package static func gemm(
        rows: Int,
        columns: Int,
        depth: Int,
        left: Factor,
        right: Factor,
        output: UnsafeMutablePointer<Float>,
        outputStride: Int
    ) {
        let limit = Int(Int32.max)
        precondition(
            rows >= 0 && rows <= limit && columns >= 0 && columns <= limit && depth >= 0
                && depth <= limit,
            "matrix size outside 31 bits"
        )
        precondition(
            left.stride >= (left.isTransposed ? rows : depth) && left.stride <= limit
                && right.stride >= (right.isTransposed ? depth : columns) && right.stride <= limit
                && outputStride >= columns && outputStride <= limit,
            "matrix stride shorter than a row, or outside 31 bits"
        )
        guard rows > 0, columns > 0 else { return }
        let isZeroed = depth == 0 || zeroesOutput
        if isZeroed { clear(output, rows: rows, columns: columns, stride: outputStride) }
        let multiply = library.sgemm
        var start = 0
        while start < depth {
            let slice = min(maximumDepthSlice, depth - start)
            multiply(
                CblasRowMajor,
                left.isTransposed ? CblasTrans : CblasNoTrans,
                right.isTransposed ? CblasTrans : CblasNoTrans,
                Int32(rows),
                Int32(columns),
                Int32(slice),
                1,
                left.pointer + (left.isTransposed ? start * left.stride : start),
                Int32(left.stride),
                right.pointer + (right.isTransposed ? start : start * right.stride),
                Int32(right.stride),
                start == 0 && !isZeroed ? 0 : 1,
                output,
                Int32(outputStride)
            )
            start += slice
        }
    }

    private static func clear(
        _ output: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int
    ) {
        if stride == columns {
            output.update(repeating: 0, count: rows * columns)
        } else {
            for row in 0..<rows {
                (output + row * stride).update(repeating: 0, count: columns)
            }
        }
    }
}
