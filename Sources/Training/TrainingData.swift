package import LinearAlgebra

/// A read-only view of rows with classes or numbers as targets, possibly inside a memory map that
/// `owner` keeps alive.
///
/// `@unchecked Sendable`: nothing is written through it, and the memory behind it must not change
/// while it is in use.
package struct TrainingData: @unchecked Sendable {
    /// The most rows a data set may have, so that row numbers fit in 32 bits.
    package static let maximumRows = Int(UInt32.max) - 1

    /// Row-major [rows x featureCount]; not to be read when rows are ``sparse``.
    package let features: UnsafePointer<Float>
    /// The rows when they are sparse: linear models and factorization machines read them.
    package let sparse: SparseMatrix?
    /// What each row is to be predicted as.
    package let targets: Targets
    /// How much each row counts in training [rows], at least 0; nil means 1.
    package let weights: UnsafePointer<Float>?
    /// How many rows there are, at least one.
    package let rows: Int
    /// How many numbers a row has, at least one.
    package let featureCount: Int
    private let owner: AnyObject

    /// What rows are to be predicted as.
    package enum Targets {
        /// Class of each row [rows], every one in 0..<count; at least two.
        case classes(UnsafePointer<Int32>, count: Int)
        /// A finite number for each row [rows].
        case numbers(UnsafePointer<Float>)
    }

    /// How many classes there are, at least two; 0 when targets are numbers.
    package var classCount: Int {
        if case .classes(_, let count) = targets { count } else { 0 }
    }

    /// A view of memory that `owner` keeps alive; reads all labels once to check them.
    package init(
        features: UnsafePointer<Float>,
        labels: UnsafePointer<Int32>,
        rows: Int,
        featureCount: Int,
        classCount: Int,
        weights: UnsafePointer<Float>? = nil,
        owner: AnyObject
    ) throws(TrainingRefusal) {
        try self.init(
            features: features, targets: .classes(labels, count: classCount), weights: weights,
            rows: rows, featureCount: featureCount, owner: owner)
    }

    /// A view of memory that `owner` keeps alive; reads all targets and weights once to check them.
    package init(
        features: UnsafePointer<Float>,
        targets: Targets,
        weights: UnsafePointer<Float>? = nil,
        rows: Int,
        featureCount: Int,
        sparse: SparseMatrix? = nil,
        owner: AnyObject
    ) throws(TrainingRefusal) {
        var classes = 2
        if case .classes(_, let count) = targets { classes = count }
        guard rows >= 1, featureCount >= 1, classes >= 2 else {
            throw .emptyData(rows: rows, features: featureCount, classes: classes)
        }
        let (elements, overflow) = rows.multipliedReportingOverflow(by: featureCount)
        guard rows <= Self.maximumRows, !overflow,
            elements <= Int.max / MemoryLayout<Float>.stride
        else {
            throw .dataTooLarge(rows: rows, features: featureCount)
        }
        switch targets {
        case .classes(let labels, let count):
            for row in 0..<rows where labels[row] < 0 || Int(labels[row]) >= count {
                throw .labelOutOfRange(row: row, label: labels[row], classes: count)
            }
        case .numbers(let numbers):
            for row in 0..<rows where !numbers[row].isFinite {
                throw .badTarget(row: row, value: numbers[row], allowed: "a finite number")
            }
        }
        if let weights {
            for row in 0..<rows where !(weights[row] >= 0 && weights[row].isFinite) {
                throw .badWeight(row: row, value: weights[row])
            }
        }
        self.features = features
        self.sparse = sparse
        self.targets = targets
        self.weights = weights
        self.rows = rows
        self.featureCount = featureCount
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
        let copy = CopiedRows(features: features, labels: labels, numbers: [], weights: [])
        try self.init(
            features: copy.features,
            labels: copy.labels,
            rows: labels.count,
            featureCount: featureCount,
            classCount: classCount,
            owner: copy
        )
    }

    /// A copy of rows with numbers as targets; `weights` is empty or has one for each row.
    package init(
        features: [Float], targets: [Float], weights: [Float] = [], featureCount: Int
    ) throws(TrainingRefusal) {
        try Self.check("feature values", targets.count, featureCount, features.count)
        if !weights.isEmpty { try Self.check("row weights", targets.count, 1, weights.count) }
        let copy = CopiedRows(features: features, labels: [], numbers: targets, weights: weights)
        try self.init(
            features: copy.features, targets: .numbers(copy.numbers),
            weights: weights.isEmpty ? nil : UnsafePointer(copy.weights), rows: targets.count,
            featureCount: featureCount, owner: copy)
    }

    /// A copy of rows with classes and a weight for each.
    package init(
        features: [Float], labels: [Int32], weights: [Float], featureCount: Int, classCount: Int
    ) throws(TrainingRefusal) {
        try Self.check("feature values", labels.count, featureCount, features.count)
        try Self.check("row weights", labels.count, 1, weights.count)
        let copy = CopiedRows(features: features, labels: labels, numbers: [], weights: weights)
        try self.init(
            features: copy.features, labels: copy.labels, rows: labels.count,
            featureCount: featureCount, classCount: classCount, weights: copy.weights,
            owner: copy)
    }

    /// A view of sparse rows in memory that `owner` keeps alive.
    ///
    /// The caller vouches that rows begin in order, that columns are below `featureCount`, and that
    /// values are finite; targets and weights are checked here.
    package init(
        sparse: SparseMatrix, targets: Targets, weights: UnsafePointer<Float>? = nil, rows: Int,
        featureCount: Int, owner: AnyObject
    ) throws(TrainingRefusal) {
        try self.init(
            features: sparse.values, targets: targets, weights: weights, rows: rows,
            featureCount: featureCount, sparse: sparse, owner: owner)
    }

    private static func check(
        _ what: String, _ rows: Int, _ columns: Int, _ found: Int
    ) throws(TrainingRefusal) {
        let (expected, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, found == expected else {
            throw .sizesDiffer(what: what, expected: expected, found: found)
        }
    }

    /// Refuses a loss that cannot take these targets.
    package func check(_ loss: Loss) throws(TrainingRefusal) {
        switch targets {
        case .classes(_, let count):
            guard loss.isClassification else { throw .classesForNumbers(count) }
        case .numbers(let numbers):
            guard !loss.isClassification else { throw .numbersForClasses }
            guard loss == .poisson else { return }
            for row in 0..<rows where numbers[row] < 0 {
                throw .badTarget(row: row, value: numbers[row], allowed: "at least 0 for poisson")
            }
        }
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
    let numbers: UnsafeMutablePointer<Float>
    let weights: UnsafeMutablePointer<Float>

    init(features: [Float], labels: [Int32], numbers: [Float], weights: [Float]) {
        self.features = Self.copy(features)
        self.labels = Self.copy(labels)
        self.numbers = Self.copy(numbers)
        self.weights = Self.copy(weights)
    }

    private static func copy<Element>(_ source: [Element]) -> UnsafeMutablePointer<Element> {
        let target = UnsafeMutablePointer<Element>.allocate(capacity: max(1, source.count))
        source.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            target.initialize(from: base, count: buffer.count)
        }
        return target
    }

    deinit {
        features.deallocate()
        labels.deallocate()
        numbers.deallocate()
        weights.deallocate()
    }
}
