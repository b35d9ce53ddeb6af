/// A read-only view of classified rows, possibly inside a memory map that `owner` keeps alive.
///
/// `@unchecked Sendable`: nothing is written through it, and the memory behind it must not change
/// while it is in use.
package struct TrainingData: @unchecked Sendable {
    /// The most rows a data set may have, so that row numbers fit in 32 bits.
    package static let maximumRows = Int(UInt32.max) - 1

    /// Row-major [rows x featureCount].
    package let features: UnsafePointer<Float>
    /// Class of each row [rows], every one in 0..<classCount.
    package let labels: UnsafePointer<Int32>
    /// How many rows there are, at least one.
    package let rows: Int
    /// How many numbers a row has, at least one.
    package let featureCount: Int
    /// How many classes there are, at least two.
    package let classCount: Int

    private let owner: AnyObject

    /// A view of memory that `owner` keeps alive; reads all labels once to check them.
    package init(
        features: UnsafePointer<Float>,
        labels: UnsafePointer<Int32>,
        rows: Int,
        featureCount: Int,
        classCount: Int,
        owner: AnyObject
    ) throws(TrainingRefusal) {
        guard rows >= 1, featureCount >= 1, classCount >= 2 else {
            throw .emptyData(rows: rows, features: featureCount, classes: classCount)
        }
        let (elements, overflow) = rows.multipliedReportingOverflow(by: featureCount)
        guard rows <= Self.maximumRows, !overflow,
            elements <= Int.max / MemoryLayout<Float>.stride
        else {
            throw .dataTooLarge(rows: rows, features: featureCount)
        }
        for row in 0..<rows where labels[row] < 0 || Int(labels[row]) >= classCount {
            throw .labelOutOfRange(row: row, label: labels[row], classes: classCount)
        }
        self.features = features
        self.labels = labels
        self.rows = rows
        self.featureCount = featureCount
        self.classCount = classCount
        self.owner = owner
    }

    /// A copy of rows held in arrays: `features` [labels.count x featureCount] row-major.
    package init(
        features: [Float],
        labels: [Int32],
        featureCount: Int,
        classCount: Int
    ) throws(TrainingRefusal) {
        let (expected, overflow) = labels.count.multipliedReportingOverflow(by: featureCount)
        guard !overflow, features.count == expected else {
            throw .sizesDiffer(
                what: "feature values",
                expected: expected,
                found: features.count
            )
        }
        let copy = CopiedRows(features: features, labels: labels)
        try self.init(
            features: copy.features,
            labels: copy.labels,
            rows: labels.count,
            featureCount: featureCount,
            classCount: classCount,
            owner: copy
        )
    }

    /// Refuses row numbers that are not in the data.
    func check(_ rowNumbers: [UInt32]) throws(TrainingRefusal) {
        for row in rowNumbers where Int(row) >= rows {
            throw .rowOutOfRange(row: row, rows: rows)
        }
    }
}

/// Memory of a data set that was given as arrays.
private final class CopiedRows {
    let features: UnsafeMutablePointer<Float>
    let labels: UnsafeMutablePointer<Int32>

    init(features: [Float], labels: [Int32]) {
        self.features = .allocate(capacity: features.count)
        self.labels = .allocate(capacity: labels.count)
        features.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            self.features.initialize(from: base, count: source.count)
        }
        labels.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            self.labels.initialize(from: base, count: source.count)
        }
    }

    deinit {
        features.deallocate()
        labels.deallocate()
    }
}
