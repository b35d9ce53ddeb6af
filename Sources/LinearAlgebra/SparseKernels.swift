/// Rows of which most values are 0, stored as the others with their columns (CSR).
///
/// The values of row r are `values[rowStarts[r] ..< rowStarts[r + 1]]`, those of `columns` at the
/// same places, ascending. The memory belongs to whoever made it.
package struct SparseMatrix {
    /// Where each row begins [rows + 1].
    package let rowStarts: UnsafePointer<Int64>
    /// The column of each stored value.
    package let columns: UnsafePointer<UInt32>
    /// The stored values.
    package let values: UnsafePointer<Float>

    /// Takes the three parts.
    package init(
        rowStarts: UnsafePointer<Int64>, columns: UnsafePointer<UInt32>,
        values: UnsafePointer<Float>
    ) {
        self.rowStarts = rowStarts
        self.columns = columns
        self.values = values
    }

    /// The places of a row's values.
    @inline(__always)
    package func places(ofRow row: Int) -> Range<Int> {
        Int(rowStarts[row])..<Int(rowStarts[row &+ 1])
    }
}

/// Products of chosen sparse rows with dense weights; sums run in the order of stored values.
package enum SparseKernels {
    /// `output[place, o] = bias[o] + sum over the row's values of value * weight[o, column]`.
    ///
    /// `rows` are row numbers of the matrix; `weight` is row-major [outputs x columns]. Lines of
    /// `output` [lines x outputs] behind the rows become the bias, as if their rows were empty.
    package static func multiply(
        _ matrix: SparseMatrix, rows: UnsafeBufferPointer<UInt32>,
        weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, outputs: Int, columns: Int,
        lines: Int, into output: UnsafeMutablePointer<Float>
    ) {
        for line in 0..<lines {
            let out = output + line &* outputs
            guard line < rows.count else {
                for index in 0..<outputs { out[index] = bias[index] }
                continue
            }
            let places = matrix.places(ofRow: Int(rows[line]))
            for index in 0..<outputs {
                let from = weight + index &* columns
                var sum = bias[index]
                for place in places {
                    sum = sum.addingProduct(
                        matrix.values[place], from[Int(matrix.columns[place])])
                }
                out[index] = sum
            }
        }
    }

    /// `gradient[o, column] += slopes[place, o] * value` over all rows, in their order; `gradient`
    /// [outputs x columns] is overwritten, or when it `isCleared` added to where rows have values.
    package static func weightGradient(
        _ matrix: SparseMatrix, rows: UnsafeBufferPointer<UInt32>,
        slopes: UnsafePointer<Float>, outputs: Int, columns: Int, isCleared: Bool = false,
        into gradient: UnsafeMutablePointer<Float>
    ) {
        if !isCleared { gradient.update(repeating: 0, count: outputs &* columns) }
        for line in 0..<rows.count {
            let places = matrix.places(ofRow: Int(rows[line]))
            for index in 0..<outputs {
                let slope = slopes[line &* outputs &+ index]
                guard slope != 0 else { continue }
                let to = gradient + index &* columns
                for place in places {
                    let column = Int(matrix.columns[place])
                    to[column] = to[column].addingProduct(slope, matrix.values[place])
                }
            }
        }
    }

    /// The pairs of a factorization machine: for each line the sums
    /// `s_f = sum v[f, column] * value` [lines x factors], and
    /// `½ sum over f of (s_f² - sum (v * value)²)` [lines].
    package static func pairs(
        _ matrix: SparseMatrix, rows: UnsafeBufferPointer<UInt32>,
        factors weight: UnsafePointer<Float>, count: Int, columns: Int,
        sums: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
    ) {
        for line in 0..<rows.count {
            let places = matrix.places(ofRow: Int(rows[line]))
            var total: Float = 0
            for factor in 0..<count {
                let from = weight + factor &* columns
                var sum: Float = 0
                var squares: Float = 0
                for place in places {
                    let product = matrix.values[place] * from[Int(matrix.columns[place])]
                    sum += product
                    squares = squares.addingProduct(product, product)
                }
                sums[line &* count &+ factor] = sum
                total += sum * sum - squares
            }
            output[line] = 0.5 * total
        }
    }

    /// The gradient of the factors, `slope * value * (s_f - v * value)` summed over rows in order;
    /// `gradient` [factors x columns] is overwritten, or when it `isCleared` added to.
    package static func pairsGradient(
        _ matrix: SparseMatrix, rows: UnsafeBufferPointer<UInt32>,
        factors weight: UnsafePointer<Float>, count: Int, columns: Int,
        sums: UnsafePointer<Float>, slopes: UnsafePointer<Float>, isCleared: Bool = false,
        into gradient: UnsafeMutablePointer<Float>
    ) {
        if !isCleared { gradient.update(repeating: 0, count: count &* columns) }
        for line in 0..<rows.count {
            let places = matrix.places(ofRow: Int(rows[line]))
            let slope = slopes[line]
            for factor in 0..<count {
                let from = weight + factor &* columns
                let to = gradient + factor &* columns
                let sum = sums[line &* count &+ factor]
                for place in places {
                    let column = Int(matrix.columns[place])
                    let value = matrix.values[place]
                    let rest = sum - from[column] * value
                    to[column] = to[column].addingProduct(slope * value, rest)
                }
            }
        }
    }
}
