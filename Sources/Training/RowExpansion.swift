/// Applies fitted steps to rows: raw values in, features out, row by row and always the same way.
///
/// Holds everything as flat arrays. Texts come as numbers of a list of categories, which is that
/// of the set or of the rows at hand; it is compared with what was fitted once, at the start.
///
/// Unchecked: its arrays are read-only after the start.
package final class RowExpansion: @unchecked Sendable {
    private struct Column {
        var output: Int
        var width: Int
        var fill: Float
        var isCategorical: Bool
        var isOrdinal: Bool
        var firstPlace: Int
        var categoryCount: Int
        /// The place of a missing text.
        var missingPlace: Int32
        var firstOperation: Int
        var endOperation: Int
    }

    /// Raw values of a row.
    package let rawCount: Int
    /// Features of a row.
    package let featureCount: Int

    private let columns: [Column]
    /// For each category of each column of texts: the place it becomes, -1 for none.
    private let places: [Int32]
    private let operations: [ColumnTransform.Operation]

    /// Rows whose texts are numbered by `categories`, one list for each column.
    package init(_ transform: FittedTransform, categories: [[String]]) {
        precondition(categories.count == transform.columns.count, "one list for each column")
        var columns: [Column] = []
        var places: [Int32] = []
        var operations: [ColumnTransform.Operation] = []
        var output = 0
        for (column, texts) in zip(transform.columns, categories) {
            let known = Dictionary(
                column.categories.enumerated().map { ($1, Int32($0)) }, uniquingKeysWith: min)
            func place(_ text: String) -> Int32 {
                column.encoding == .hash
                    ? Int32(ColumnTransform.bucket(of: text, count: column.buckets))
                    : known[text] ?? -1
            }
            columns.append(
                Column(
                    output: output, width: column.width,
                    fill: column.fill.map { Float($0) } ?? .nan,
                    isCategorical: column.isCategorical, isOrdinal: column.encoding == .ordinal,
                    firstPlace: places.count, categoryCount: column.isCategorical ? texts.count : 0,
                    missingPlace: column.fillText.map(place) ?? -1,
                    firstOperation: operations.count,
                    endOperation: operations.count + column.operations.count))
            if column.isCategorical { places += texts.map(place) }
            operations += column.operations
            output += column.width
        }
        self.columns = columns
        self.places = places
        self.operations = operations
        rawCount = columns.count
        featureCount = output
    }

    /// Expands rows of `source` [n x rawCount] by number into `output` [count x featureCount]; the
    /// caller vouches that each number is below n.
    package func gather(
        _ source: UnsafePointer<Float>, rows: UnsafeBufferPointer<UInt32>,
        into output: UnsafeMutablePointer<Float>
    ) {
        for place in 0..<rows.count {
            expand(
                source + Int(rows[place]) &* rawCount, into: output + place &* featureCount)
        }
    }

    /// Expands one row.
    package func expand(
        _ row: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
    ) {
        columns.withUnsafeBufferPointer { columns in
            places.withUnsafeBufferPointer { places in
                operations.withUnsafeBufferPointer { operations in
                    for index in 0..<columns.count {
                        let column = columns[index]
                        let raw = row[index]
                        if column.isCategorical {
                            let place = Self.place(raw, column, places)
                            if column.isOrdinal {
                                output[column.output] = Self.apply(
                                    operations, column, Float(place))
                            } else {
                                (output + column.output).update(repeating: 0, count: column.width)
                                if place >= 0 { output[column.output &+ Int(place)] = 1 }
                            }
                        } else {
                            let value = raw.isNaN ? column.fill : raw
                            output[column.output] = Self.apply(operations, column, value)
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func place(
        _ raw: Float, _ column: Column, _ places: UnsafeBufferPointer<Int32>
    ) -> Int32 {
        if raw.isNaN { return column.missingPlace }
        guard raw >= 0, raw < Float(column.categoryCount) else { return -1 }
        return places[column.firstPlace &+ Int(raw)]
    }

    @inline(__always)
    private static func apply(
        _ operations: UnsafeBufferPointer<ColumnTransform.Operation>, _ column: Column,
        _ start: Float
    ) -> Float {
        var value = start
        for index in column.firstOperation..<column.endOperation {
            value = operations[index].apply(value)
        }
        return value
    }
}
