/// Reads rows for a trained model: the columns it knows, in any order, with or without the target.
package enum RowReader {
    /// Rows as the model's schema has them.
    package struct Rows: Sendable {
        /// How many there are.
        package var count = 0
        /// Row-major [count x columns]; texts by their number in `categories`, NaN where there is
        /// no value. Of a sparse model the whole rows.
        package var values: [Float] = []
        /// The texts of each column, those of the schema first; one empty list for each column of
        /// numbers.
        package var categories: [[String]] = []
        /// The class of each row; empty unless classes were wanted.
        package var labels: [Int32] = []
        /// The number of each row; empty unless numbers were wanted.
        package var targets: [Float] = []
        /// The line each row begins on, from 1; empty for files without lines.
        package var lines: [Int] = []
    }

    /// Reads a file.
    ///
    /// A table with a header names the columns in any order, others are ignored; without one the
    /// columns stand as in the training file, the target may be left out when it was the last.
    /// - Parameters:
    ///   - schema: what the model was trained on.
    ///   - target: the column to compare predictions with; nil takes the one of the schema, or the
    ///     only column that is no feature.
    ///   - wantsTarget: whether rows must have it.
    /// - Throws: `DataProblem`, also for a class the model does not know.
    package static func read(
        _ bytes: UnsafeRawBufferPointer, format: DataFormat, schema: SetSchema,
        target: String? = nil, wantsTarget: Bool, labels: UnsafeRawBufferPointer? = nil,
        limits: DataLimits = DataLimits()
    ) throws(DataProblem) -> Rows {
        let storage = MemoryStorage()
        let collector = RowCollector(limits: limits, storage: storage)
        collector.classes = ClassCollector(fixed: schema.classNames)
        var lines: [Int] = []
        let columns = TableColumns(known: schema.columns, limits: limits)
        switch format {
        case .table(let options):
            lines = try readTable(bytes, options, schema, target, wantsTarget, columns, collector)
        case .libsvm(var options):
            if schema.target == .number || !wantsTarget { options.predictsNumber = true }
            options.featureCount = schema.featureCount
            options.badRowLimit = 0
            _ = try SparseTextParser.parse(bytes, file: .test, options: options, into: collector)
        case .idx, .npy, .npz:
            try readArrays(bytes, labels, format, schema, wantsTarget, collector)
        }
        try collector.finish(in: .test)
        var rows = Rows()
        rows.count = collector.rows
        rows.lines = lines
        rows.categories = columns.schema.map(\.categories)
        rows.values = storage.take(.features, as: Float.self)
        let starts = storage.take(.rowStarts, as: Int64.self)
        if !starts.isEmpty {
            rows.values = dense(
                starts, storage.take(.columnIndices, as: UInt32.self),
                storage.take(.values, as: Float.self), columns: schema.featureCount)
        }
        if wantsTarget {
            rows.labels = storage.take(.labels, as: Int32.self)
            rows.targets = storage.take(.targets, as: Float.self)
        }
        return rows
    }

    private static func dense(
        _ starts: [Int64], _ columns: [UInt32], _ values: [Float], columns width: Int
    ) -> [Float] {
        var dense = [Float](repeating: 0, count: (starts.count - 1) * width)
        for row in 0..<starts.count - 1 {
            for place in Int(starts[row])..<Int(starts[row + 1]) {
                dense[row * width + Int(columns[place])] = values[place]
            }
        }
        return dense
    }

    // MARK: Tables

    private static func readTable(
        _ bytes: UnsafeRawBufferPointer, _ trained: TableOptions, _ schema: SetSchema,
        _ target: String?, _ wantsTarget: Bool, _ columns: TableColumns,
        _ collector: RowCollector
    ) throws(DataProblem) -> [Int] {
        var options = TableOptions(label: .index(-1), header: trained.header)
        options.delimiter = trained.delimiter
        options.hasDecimalComma = trained.hasDecimalComma
        options.missing = trained.missing
        options.classAliases = trained.classAliases
        var parser = try CSVParser(
            bytes, file: .test, options: options, limits: collector.limits)
        let layout = try parser.readLayout { fields, delimiter, line throws(DataProblem) in
            try self.layout(
                fields, delimiter, schema, target, wantsTarget: wantsTarget, line: line)
        }
        let reading = RowReading(
            layout, columns, collector, target: schema.target, keepsLines: true)
        _ = try parser.readRows(layout.delimiter, reading)
        try parser.findings.throwIfAny()
        guard collector.rows > 0 else {
            throw DataProblem(
                layout.hasHeader ? .headerOnly : .noRows, in: .test, found: "no rows",
                cure: "name a file with data in it")
        }
        return reading.lines.numbers
    }

    /// Finds the columns of the model among those of the file.
    private static func layout(
        _ fields: [String], _ delimiter: FieldDelimiter, _ schema: SetSchema, _ target: String?,
        wantsTarget: Bool, line: Int
    ) throws(DataProblem) -> CSVLayout {
        let names = schema.columns.map(\.name)
        let known = Set(names)
        let isNamed = fields.contains { known.contains($0) || $0 == target }
        let columns =
            isNamed
            ? try namedColumns(names, in: fields, line: line)
            : try positions(names, in: fields, line: line)
        var layout = CSVLayout(
            delimiter: delimiter,
            columnNames: isNamed
                ? fields
                : fields.indices.map {
                    "column\($0)"
                }, labelColumn: nil, hasHeader: isNamed)
        layout.roles = fields.map { _ in .skipped }
        layout.slots = fields.map { _ in 0 }
        layout.featureCount = names.count
        for (slot, column) in columns.enumerated() {
            layout.roles[column] =
                schema.columns[slot].kind == .numeric ? .numeric : .categorical
            layout.slots[column] = slot
        }
        guard wantsTarget else { return layout }
        let others = fields.indices.filter { layout.roles[$0] == .skipped }
        let wanted =
            target
            ?? (isNamed && fields.contains(schema.targetName)
                ? schema.targetName : nil)
        let found: Int?
        if let wanted {
            found = others.first { layout.columnNames[$0] == wanted }
        } else {
            found = others.count == 1 || !isNamed ? others.last : nil
        }
        guard let found else {
            let what = wanted.map { "\"\(DataFinding.printable($0))\"" }
            throw DataProblem(
                .missingLabelColumn, in: .test, line: line,
                found: "no column \(what ?? "that is clearly the one to predict")",
                cure: "name it with --label")
        }
        layout.labelColumn = found
        layout.roles[found] = .label
        return layout
    }

    private static func namedColumns(
        _ names: [String], in fields: [String], line: Int
    ) throws(DataProblem) -> [Int] {
        var places: [String: Int] = [:]
        for (place, field) in fields.enumerated() where places[field] == nil {
            places[field] = place
        }
        let missing = names.filter { places[$0] == nil }
        guard missing.isEmpty else {
            let shown = missing.prefix(5).map { "\"\(DataFinding.printable($0))\"" }
            throw DataProblem(
                .columnsDiffer, in: .test, line: line,
                found: "\(missing.count) columns of the model are not there: "
                    + shown.joined(separator: ", "),
                cure: "add them; their order does not matter")
        }
        return names.compactMap { places[$0] }
    }

    /// Columns without names stand where they stood in training.
    private static func positions(
        _ names: [String], in fields: [String], line: Int
    ) throws(DataProblem) -> [Int] {
        let stated = names.compactMap { name in
            name.hasPrefix("column") ? Int(name.dropFirst("column".count)) : nil
        }
        if stated.count == names.count, let last = stated.max(), last < fields.count {
            return stated
        }
        let extra = fields.count - names.count
        guard extra == 0 || extra == 1 else {
            throw DataProblem(
                .columnsDiffer, in: .test, line: line,
                found: "\(fields.count) columns without a header, the model has \(names.count)",
                cure: "add a header line, or give exactly the model's columns")
        }
        return Array(names.indices)
    }

    // MARK: Arrays

    private static func readArrays(
        _ bytes: UnsafeRawBufferPointer, _ labels: UnsafeRawBufferPointer?, _ format: DataFormat,
        _ schema: SetSchema, _ wantsTarget: Bool, _ collector: RowCollector
    ) throws(DataProblem) {
        let files = DataFiles(train: bytes, trainLabels: labels)
        let limits = collector.limits
        let isIDX = format == .idx
        var archive: NPZArchive?
        let sources: ArraySources
        if case .npz = format {
            let opened = try NPZArchive(files, limits: limits)
            archive = opened
            sources = opened.sources
        } else {
            sources = try ArraySources(files, limits: limits)
        }
        defer { withExtendedLifetime(archive) {} }
        var source = sources.train
        let header = try isIDX ? IDXHeader.read(&source) : NPYHeader.read(&source)
        let hasLabelColumn = header.rowWidth == schema.featureCount + 1
        guard header.rowWidth == schema.featureCount || hasLabelColumn else {
            throw DataProblem(
                .columnsDiffer, in: .test,
                found: "a row has \(header.rowWidth) values, the model \(schema.featureCount)",
                cure: "give the model's features, in their order")
        }
        guard !wantsTarget || hasLabelColumn || sources.trainLabels != nil else {
            throw DataProblem(
                .missingLabelColumn, in: .test, found: "the rows have no labels",
                cure: "name the labels file with --labels")
        }
        let names = (0..<header.rowWidth).map { "value\($0)" }
        var reader = ArrayReader(
            source, header: header, featureNames: names,
            target: wantsTarget ? schema.target : .number)
        try reader.read(
            hasLabelColumn ? .featuresAndLabel : .features,
            dividedBy: isIDX && header.element.kind == .unsigned8 ? 255 : 1, into: collector)
        guard wantsTarget, !hasLabelColumn, var labels = sources.trainLabels else { return }
        let labelHeader = try isIDX ? IDXHeader.read(&labels) : NPYHeader.read(&labels)
        guard labelHeader.rows == header.rows, labelHeader.rowWidth == 1 else {
            throw DataProblem(
                .countsDiffer, in: .testLabels,
                found: "\(labelHeader.shapeText) labels for \(header.rows) rows",
                cure: "name the labels file that belongs to the rows")
        }
        var labelReader = ArrayReader(
            labels, header: labelHeader, featureNames: [], target: schema.target)
        try labelReader.read(.labels, dividedBy: 1, into: collector)
    }
}
