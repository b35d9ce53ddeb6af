/// What the first records of a text table say about all others.
struct CSVLayout: Equatable {
    /// What becomes of one column.
    enum Role: UInt8 {
        case numeric
        case categorical
        case label
        case weight
        case skipped
    }

    var delimiter: FieldDelimiter
    var columnNames: [String]
    /// Nil when the rows are to be predicted.
    var labelColumn: Int?
    var hasHeader: Bool
    /// What becomes of each column.
    var roles: [Role] = []
    /// The place of each column in a row of features; 0 for columns that are none.
    var slots: [Int] = []
    /// Features of a row.
    var featureCount = 0

    /// Columns whose values are features, in order of their slots.
    var featureColumns: [Int] {
        var columns = [Int](repeating: 0, count: featureCount)
        for column in roles.indices where Self.isFeature(roles[column]) {
            columns[slots[column]] = column
        }
        return columns
    }

    static func isFeature(_ role: Role) -> Bool { role == .numeric || role == .categorical }

    /// The delimiter that the first line uses outside quotes.
    static func guessDelimiter(
        _ window: TextWindow, from start: Int, hasDecimalComma: Bool
    ) -> FieldDelimiter {
        var isQuoted = false
        var found: Set<UInt8> = []
        var position = start
        scanning: while position < window.count {
            let byte = window.bytes[position]
            switch byte {
            case CSVFieldScanner.quote:
                isQuoted.toggle()
            case CSVFieldScanner.newline, CSVFieldScanner.carriageReturn:
                if !isQuoted { break scanning }
            case FieldDelimiter.tab.rawValue, FieldDelimiter.comma.rawValue,
                FieldDelimiter.semicolon.rawValue, FieldDelimiter.pipe.rawValue:
                if !isQuoted { found.insert(byte) }
            default:
                break
            }
            position += 1
        }
        let order: [FieldDelimiter] =
            hasDecimalComma ? [.tab, .semicolon, .pipe] : [.tab, .comma, .semicolon, .pipe]
        return order.first { found.contains($0.rawValue) }
            ?? (hasDecimalComma ? .semicolon : .comma)
    }

    /// Works the columns out of the first record; the kinds of features come later.
    ///
    /// - Parameters:
    ///   - fields: texts of the first record, in column order.
    ///   - areNumbers: which of them are numbers.
    static func make(
        fields: [String],
        areNumbers: [Bool],
        options: TableOptions,
        delimiter: FieldDelimiter,
        file: DataFileRole,
        line: Int,
    ) throws(DataProblem) -> CSVLayout {
        guard fields.count >= 2 else {
            throw DataProblem(
                .noFeatures,
                in: file,
                line: line,
                found: "the first line has one column, \"\(DataFinding.printable(fields[0]))\"",
                cure: "give at least one feature column and the label, or name the delimiter",
            )
        }
        let finder = ColumnFinder(fields: fields, header: options.header, file: file, line: line)
        let labelColumn = try finder.column(options.label, missing: .missingLabelColumn)
        let isNamed = if case .name = options.label { true } else { false }
        let hasHeader =
            options.header
            ?? (isNamed
                || !areNumbers.indices.contains(where: { $0 != labelColumn && areNumbers[$0] }))
        var layout = CSVLayout(
            delimiter: delimiter,
            columnNames: hasHeader ? fields : fields.indices.map { "column\($0)" },
            labelColumn: labelColumn,
            hasHeader: hasHeader,
        )
        layout.roles = fields.map { _ in .numeric }
        layout.roles[labelColumn] = .label
        if let weight = options.weight {
            let column = try finder.column(weight, missing: .missingColumn)
            try finder.requireUnused(column, layout.roles)
            layout.roles[column] = .weight
        }
        for excluded in options.excluded {
            let column = try finder.column(excluded, missing: .missingColumn)
            try finder.requireUnused(column, layout.roles)
            layout.roles[column] = .skipped
        }
        layout.number()
        guard layout.featureCount > 0 else {
            throw DataProblem(
                .noFeatures, in: file, line: line, found: "every column is excluded",
                cure: "leave at least one column to learn from")
        }
        return layout
    }

    /// Sets the kinds of features: those stated, all others as the values look.
    ///
    /// A column is categorical when at least half of the values that were looked at are texts.
    mutating func setKinds(
        texts: [Int], values: [Int], options: TableOptions, file: DataFileRole, line: Int
    ) throws(DataProblem) {
        for column in roles.indices where Self.isFeature(roles[column]) {
            roles[column] =
                texts[column] > 0 && 2 * texts[column] >= values[column] ? .categorical : .numeric
        }
        let finder = ColumnFinder(
            fields: columnNames, header: hasHeader ? nil : false, file: file, line: line)
        for override in options.kinds {
            let column = try finder.column(override.column, missing: .missingColumn)
            guard Self.isFeature(roles[column]) else {
                throw DataProblem(
                    .columnUsedTwice, in: file, line: line, column: columnNames[column],
                    found: "the format states a kind for a column that is no feature",
                    cure: "remove it from format.csv.columns")
            }
            roles[column] = override.kind == .numeric ? .numeric : .categorical
        }
    }

    /// Gives every feature its place in a row, in column order.
    private mutating func number() {
        slots = [Int](repeating: 0, count: roles.count)
        featureCount = 0
        for column in roles.indices where Self.isFeature(roles[column]) {
            slots[column] = featureCount
            featureCount += 1
        }
    }

    /// Refuses a test file whose columns are not those of the training file.
    func requireSameColumns(
        as training: CSVLayout,
        file: DataFileRole,
        line: Int,
    ) throws(DataProblem) {
        var found: String?
        if columnNames.count != training.columnNames.count {
            found = "\(columnNames.count) columns, the training file has "
            found?.append("\(training.columnNames.count)")
        } else if labelColumn != training.labelColumn {
            found = "the label is column \(labelColumn ?? -1), in the training file "
            found?.append("\(training.labelColumn ?? -1)")
        } else if hasHeader, training.hasHeader,
            let column = columnNames.indices.first(
                where: { columnNames[$0] != training.columnNames[$0] })
        {
            let here = DataFinding.printable(columnNames[column])
            let there = DataFinding.printable(training.columnNames[column])
            found = "column \(column) is \"\(here)\", in the training file \"\(there)\""
        }
        if let found {
            throw DataProblem(
                .columnsDiffer,
                in: file,
                line: line,
                found: found,
                cure: "give both files the same columns in the same order",
            )
        }
    }
}
