/// The rows of a CSV file put into the order a model wants them.
package struct FeatureTable: Sendable {
    /// How many rows there are.
    package private(set) var rows = 0
    /// Row-major, one number per feature.
    package private(set) var features: [Float] = []
    /// The class of every row as written; empty without a label column.
    package private(set) var labels: [String] = []
    /// The line every row begins on, from 1.
    package private(set) var lines: [Int] = []

    /// The largest file read, in bytes.
    package static let longestText = 1 << 31

    /// Which column holds which feature.
    private struct Columns {
        var features: [Int]
        var label: Int?
        var count: Int
    }

    /// Reads a file; see ``init(text:name:features:label:needsLabels:)``.
    package static func load(
        _ path: String, features: [String], label: String?, needsLabels: Bool
    ) throws(ClientFailure) -> FeatureTable {
        let text = try LocalFile.text(path, atMost: longestText)
        return try FeatureTable(
            text: text, name: path, features: features, label: label, needsLabels: needsLabels)
    }

    /// Reads a text whose header names all features, in any order, or one without a header.
    ///
    /// The label is the named column, or the only one that is no feature; without a header it is
    /// the last one when there is one column more than features.
    package init(
        text: String, name: String, features names: [String], label: String?, needsLabels: Bool
    ) throws(ClientFailure) {
        var records = CSVRecords(text)
        guard let first = try records.next(in: name) else {
            throw ClientFailure(.wrongUsage, "EmptyFile: \(name) has no rows")
        }
        let hasHeader = first.fields.contains { names.contains($0) || $0 == label }
        let columns = try FeatureTable.columns(
            first.fields, hasHeader: hasHeader, names, label, needsLabels, name)
        if !hasHeader { try append(first, columns, names, name) }
        while let record = try records.next(in: name) {
            try append(record, columns, names, name)
        }
        guard rows > 0 else { throw ClientFailure(.wrongUsage, "HeaderOnly: \(name) has no rows") }
    }

    private static func columns(
        _ fields: [String], hasHeader: Bool, _ names: [String], _ label: String?,
        _ needsLabels: Bool, _ file: String
    ) throws(ClientFailure) -> Columns {
        guard hasHeader else {
            let extra = fields.count - names.count
            guard extra == 0 || extra == 1, extra == 1 || !needsLabels else {
                let wanted =
                    needsLabels ? "\(names.count) features and the class" : "\(names.count)"
                throw ClientFailure(
                    .wrongUsage,
                    "ColumnsDiffer: \(file) has \(fields.count) columns, the model needs \(wanted)")
            }
            return Columns(
                features: Array(names.indices), label: needsLabels ? names.count : nil,
                count: fields.count)
        }
        var places: [String: Int] = [:]
        for (place, field) in fields.enumerated() where places[field] == nil {
            places[field] = place
        }
        let missing = names.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let shown = missing.prefix(5).map { "\"\($0.prefix(40))\"" }.joined(separator: ", ")
            throw ClientFailure(
                .wrongUsage,
                "ColumnsDiffer: \(file) lacks \(missing.count) features of the model: \(shown)")
        }
        var columns = Columns(
            features: names.compactMap { places[$0] }, label: nil, count: fields.count)
        guard needsLabels else { return columns }
        if let label {
            columns.label = places[label]
        } else {
            let others = fields.indices.filter { !columns.features.contains($0) }
            columns.label = others.count == 1 ? others.first : nil
        }
        guard columns.label != nil else {
            throw ClientFailure(
                .wrongUsage,
                "MissingLabelColumn: \(file) has no column "
                    + (label.map { "\"\($0)\"" }
                        ?? "that is clearly the class; name it with --label"))
        }
        return columns
    }

    private mutating func append(
        _ record: CSVRecords.Record, _ columns: Columns, _ names: [String], _ file: String
    ) throws(ClientFailure) {
        let fields = record.fields
        guard fields.count == columns.count else {
            throw ClientFailure(
                .wrongUsage,
                "RaggedRow: \(file), line \(record.line): \(fields.count) columns, "
                    + "not \(columns.count)")
        }
        for (index, column) in columns.features.enumerated() {
            guard let number = Float(fields[column]), number.isFinite else {
                throw ClientFailure(
                    .wrongUsage,
                    "TextInNumericColumn: \(file), line \(record.line), column "
                        + "\"\(names[index].prefix(40))\": \"\(fields[column].prefix(40))\" "
                        + "is no finite number")
            }
            features.append(number)
        }
        if let label = columns.label { labels.append(fields[label]) }
        lines.append(record.line)
        rows += 1
    }
}
