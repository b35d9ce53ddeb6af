/// One set in memory: train rows first, then the rows of the explicit test file.
package struct ParsedSet: Sendable, Equatable {
    /// What the set is.
    package var schema: SetSchema
    /// `rows` x `featureCount`, row-major; empty for a sparse set. NaN is a missing value.
    package var features: [Float] = []
    /// Where the values of each row begin, and the end of the last; empty for a dense set.
    package var rowStarts: [Int64] = []
    /// The feature of each stored value, ascending in a row.
    package var columnIndices: [UInt32] = []
    /// The stored values.
    package var values: [Float] = []
    /// One index into `classNames` per row; empty when a number is to be predicted.
    package var labels: [Int32] = []
    /// The number to predict of each row; empty when classes are.
    package var targets: [Float] = []
    /// The weight of each row; empty without weights.
    package var weights: [Float] = []

    /// All rows, test rows included.
    package var rows: Int { schema.rows }
    /// Trailing rows that came from an explicit test file, 0 without one.
    package var testRows: Int { schema.testRows }
    /// Values of one row.
    package var featureCount: Int { schema.featureCount }
    /// One name per feature, in column order.
    package var featureNames: [String] { schema.featureNames }
    /// The distinct classes: in numeric order when all are integers, else in UTF-8 byte order.
    package var classNames: [String] { schema.classNames }

    /// A set of numbers and classes.
    package init(
        rows: Int,
        testRows: Int,
        featureNames: [String],
        classNames: [String],
        features: [Float],
        labels: [Int32],
    ) {
        schema = SetSchema()
        schema.rows = rows
        schema.testRows = testRows
        schema.featureCount = featureNames.count
        schema.columns = featureNames.map { ColumnSchema(name: $0) }
        schema.classNames = classNames
        self.features = features
        self.labels = labels
    }

    /// What a storage holds after a set was read into it.
    init(_ summary: SetSummary, _ storage: MemoryStorage) {
        schema = summary.schema
        features = storage.take(.features, as: Float.self)
        rowStarts = storage.take(.rowStarts, as: Int64.self)
        columnIndices = storage.take(.columnIndices, as: UInt32.self)
        values = storage.take(.values, as: Float.self)
        labels = storage.take(.labels, as: Int32.self).map { summary.finalClass[Int($0)] }
        targets = storage.take(.targets, as: Float.self)
        weights = storage.take(.weights, as: Float.self)
    }
}

/// What reading a source came to: the schema, and the order of the classes.
package struct SetSummary: Sendable, Equatable {
    /// What the set is.
    package var schema: SetSchema
    /// The final number of each class, by the number the storage was given.
    package var finalClass: [Int32]
}
