/// Steps over chosen columns of a row-major matrix [lines x width]: those that sparse rows have
/// values in.
package enum SparseColumnKernels {
    /// `w = w - rate * g` in the columns, one fused multiply-add each; their gradient becomes 0.
    package static func step(
        _ weight: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        columns: UnsafeBufferPointer<UInt32>, lines: Int, width: Int, learningRate: Float
    ) {
        let negativeRate = -learningRate
        for line in 0..<lines {
            let values = weight + line &* width
            let slopes = gradient + line &* width
            for column in columns {
                let place = Int(column)
                values[place] = values[place].addingProduct(negativeRate, slopes[place])
                slopes[place] = 0
            }
        }
    }

    /// `|w| = max(0, factor * |w| - threshold)` in one column, in double precision, the sign kept.
    ///
    /// NaN stays NaN; what is negligible (`ElementaryFunctions.negligible`) becomes 0.
    @inline(__always)
    package static func shrink(
        _ weight: UnsafeMutablePointer<Float>, column: Int, lines: Int, width: Int,
        factor: Double, threshold: Double
    ) {
        for line in 0..<lines {
            let old = weight[line &* width &+ column]
            let size = factor * Double(old.magnitude) - threshold
            let kept = Float(size < Double(ElementaryFunctions.negligible) ? 0 : size)
            weight[line &* width &+ column] = old < 0 ? -kept : kept
        }
    }
}
