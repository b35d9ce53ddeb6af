// Only for the square root, which IEEE 754 defines to the last bit.
private import Glibc

/// Shift and scale per column that give training rows mean 0 and deviation 1.
package struct Standardization: Sendable, Equatable {
    /// Column means [featureCount].
    package let mean: [Float]
    /// One over the column's standard deviation [featureCount]; 1 for a constant column.
    package let inverseDeviation: [Float]

    /// Values that were fitted before, for instance those of a saved model; counts are equal.
    package init(mean: [Float], inverseDeviation: [Float]) throws(TrainingRefusal) {
        guard mean.count == inverseDeviation.count else {
            throw .sizesDiffer(
                what: "standardization columns",
                expected: mean.count,
                found: inverseDeviation.count
            )
        }
        self.mean = mean
        self.inverseDeviation = inverseDeviation
    }

    /// Leaves every value as it is.
    package static func identity(featureCount: Int) -> Standardization {
        Standardization(
            unchecked: [Float](repeating: 0, count: featureCount),
            [Float](repeating: 1, count: featureCount)
        )
    }

    private init(unchecked mean: [Float], _ inverseDeviation: [Float]) {
        self.mean = mean
        self.inverseDeviation = inverseDeviation
    }

    /// Fits the rows given, which are to be the training rows and no others.
    ///
    /// Two passes in double precision, in the order of `rows`; the deviation divides by the number
    /// of rows. A column whose values are all equal, or whose deviation is too small to have an
    /// inverse, gets inverse 1 and so becomes 0 everywhere.
    package init(fitting data: TrainingData, rows: [UInt32]) throws(TrainingRefusal) {
        guard !rows.isEmpty else { throw .noTrainingRows }
        guard data.sparse == nil else { throw .sparseRows(what: "standardization") }
        try data.check(rows)
        let columns = data.featureCount
        let count = Double(rows.count)
        let zeros = [Double](repeating: 0, count: columns)
        let sums = Self.accumulate(data, rows, subtracting: zeros) { $0 }
        let means = sums.map { $0 / count }
        let squares = Self.accumulate(data, rows, subtracting: means) { $0 * $0 }
        let isConstant = Self.constantColumns(data, rows)
        mean = means.map { Float($0) }
        inverseDeviation = (0..<columns).map { column in
            let inverse = Float(1 / Glibc.sqrt(squares[column] / count))
            return isConstant[column] || !inverse.isFinite ? 1 : inverse
        }
    }

    /// Column sums of `transform(x - offset)`, row after row.
    @inline(__always)
    private static func accumulate(
        _ data: TrainingData,
        _ rows: [UInt32],
        subtracting offsets: [Double],
        transform: (Double) -> Double
    ) -> [Double] {
        let columns = data.featureCount
        return [Double](unsafeUninitializedCapacity: columns) { sums, initialized in
            sums.initialize(repeating: 0)
            offsets.withUnsafeBufferPointer { offsets in
                for row in rows {
                    let line = data.features + Int(row) &* columns
                    for column in 0..<columns {
                        sums[column] += transform(Double(line[column]) - offsets[column])
                    }
                }
            }
            initialized = columns
        }
    }

    private static func constantColumns(_ data: TrainingData, _ rows: [UInt32]) -> [Bool] {
        let columns = data.featureCount
        let first = data.features + Int(rows[0]) &* columns
        return [Bool](unsafeUninitializedCapacity: columns) { flags, initialized in
            flags.initialize(repeating: true)
            for row in rows {
                let line = data.features + Int(row) &* columns
                for column in 0..<columns {
                    flags[column] = flags[column] && line[column] == first[column]
                }
            }
            initialized = columns
        }
    }
}
