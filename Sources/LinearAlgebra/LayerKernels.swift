/// Element-wise passes of a dense layer over row-major [rows x columns] matrices without gaps.
///
/// Sums over rows are taken in row order, so every output has one defined value.
package enum LayerKernels {
    /// Adds the bias to every row and replaces negative values by 0, in place.
    ///
    /// NaN stays NaN, so that a diverged model shows in its loss.
    package static func addBiasAndRectify(
        _ matrix: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>,
        rows: Int,
        columns: Int
    ) {
        for row in 0..<rows {
            let line = matrix + row &* columns
            for column in 0..<columns {
                let sum = line[column] + bias[column]
                line[column] = sum < 0 ? 0 : sum
            }
        }
    }

    /// Adds the bias to every row, in place.
    package static func addBias(
        _ matrix: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>,
        rows: Int,
        columns: Int
    ) {
        for row in 0..<rows {
            let line = matrix + row &* columns
            for column in 0..<columns {
                line[column] += bias[column]
            }
        }
    }

    /// Gradient through the rectifier, in place, and its column sums: the bias gradient.
    ///
    /// `gradient` keeps its value where `activation` is positive and it is not negligible
    /// (`ElementaryFunctions.negligible`), and becomes 0 elsewhere. `columnSums` is overwritten.
    package static func rectifyBackward(
        gradient: UnsafeMutablePointer<Float>,
        activation: UnsafePointer<Float>,
        columnSums: UnsafeMutablePointer<Float>,
        rows: Int,
        columns: Int
    ) {
        let negligible = ElementaryFunctions.negligible
        columnSums.update(repeating: 0, count: columns)
        for row in 0..<rows {
            let line = gradient + row &* columns
            let active = activation + row &* columns
            for column in 0..<columns {
                let value = line[column]
                let kept = value.magnitude < negligible ? 0 : value
                let passed = active[column] > 0 ? kept : 0
                line[column] = passed
                columnSums[column] += passed
            }
        }
    }

    /// Sums of the columns in row order; `sums` [columns] is overwritten.
    package static func columnSums(
        _ matrix: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>,
        rows: Int,
        columns: Int
    ) {
        sums.update(repeating: 0, count: columns)
        for row in 0..<rows {
            let line = matrix + row &* columns
            for column in 0..<columns {
                sums[column] += line[column]
            }
        }
    }
}
