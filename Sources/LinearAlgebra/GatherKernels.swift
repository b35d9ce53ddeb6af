/// Collects chosen rows of a large matrix into a small one without gaps.
package enum GatherKernels {
    /// Copies rows of `source` [n x columns] by index; the caller vouches that each is below n.
    package static func rows(
        of source: UnsafePointer<Float>,
        columns: Int,
        indices: UnsafeBufferPointer<UInt32>,
        into output: UnsafeMutablePointer<Float>
    ) {
        for place in 0..<indices.count {
            let from = source + Int(indices[place]) &* columns
            (output + place &* columns).update(from: from, count: columns)
        }
    }

    /// Copies rows by index, each element as `(x - mean) * inverseDeviation` of its column.
    ///
    /// `mean` and `inverseDeviation` are [columns]; the caller vouches that indices are in range.
    package static func standardizedRows(
        of source: UnsafePointer<Float>,
        columns: Int,
        indices: UnsafeBufferPointer<UInt32>,
        mean: UnsafePointer<Float>,
        inverseDeviation: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        for place in 0..<indices.count {
            let from = source + Int(indices[place]) &* columns
            let line = output + place &* columns
            for column in 0..<columns {
                line[column] = (from[column] - mean[column]) * inverseDeviation[column]
            }
        }
    }
}
