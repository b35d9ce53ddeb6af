/// What the first record of a text table says about all others.
struct CSVLayout: Equatable {
    var delimiter: FieldDelimiter
    var columnNames: [String]
    var labelColumn: Int
    var hasHeader: Bool

    var featureNames: [String] {
        columnNames.indices.filter { $0 != labelColumn }.map { columnNames[$0] }
    }

    /// The delimiter that the first line uses outside quotes.
    static func guessDelimiter(_ window: TextWindow, from start: Int) -> FieldDelimiter {
        var isQuoted = false
        var hasComma = false
        var hasSemicolon = false
        var position = start
        scanning: while position < window.count {
            switch window.bytes[position] {
            case CSVFieldScanner.quote:
                isQuoted.toggle()
            case CSVFieldScanner.newline, CSVFieldScanner.carriageReturn:
                if !isQuoted {
                    break scanning
                }
            case FieldDelimiter.tab.rawValue where !isQuoted:
                return .tab
            case FieldDelimiter.comma.rawValue where !isQuoted:
                hasComma = true
            case FieldDelimiter.semicolon.rawValue where !isQuoted:
                hasSemicolon = true
            default:
                break
            }
            position += 1
        }
        return hasSemicolon && !hasComma ? .semicolon : .comma
    }

    /// Works the layout out of the first record.
    ///
    /// - Parameters:
    ///   - fields: texts of the first record, in column order.
    ///   - areNumbers: which of them are numbers.
    static func make(
        fields: [String],
        areNumbers: [Bool],
        label: LabelColumn,
        header: Bool?,
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
        let hasHeader: Bool
        let labelColumn: Int
        switch label {
        case .name(let name):
            guard header != false else {
                throw noHeaderForName(name, file: file, line: line)
            }
            hasHeader = true
            labelColumn = try position(of: name, in: fields, file: file, line: line)
        case .index(let index):
            labelColumn = try position(of: index, in: fields, file: file, line: line)
            hasHeader =
                header
                ?? !areNumbers.indices.contains(where: { $0 != labelColumn && areNumbers[$0] })
        }
        let names = hasHeader ? fields : fields.indices.map { "column\($0)" }
        return CSVLayout(
            delimiter: delimiter,
            columnNames: names,
            labelColumn: labelColumn,
            hasHeader: hasHeader,
        )
    }

    private static func position(
        of name: String,
        in fields: [String],
        file: DataFileRole,
        line: Int,
    ) throws(DataProblem) -> Int {
        let matches = fields.indices.filter { fields[$0] == name }
        if let match = matches.first, matches.count == 1 {
            return match
        }
        if matches.count > 1 {
            let places = matches.prefix(8).map { String($0) }.joined(separator: ", ")
            throw DataProblem(
                .ambiguousLabelColumn,
                in: file,
                line: line,
                column: name,
                found: "\(matches.count) columns have this name",
                cure: "name the label by position, one of \(places)",
            )
        }
        let nearest = NearestNames.of(name, in: fields)
            .map { "\"\(DataFinding.printable($0))\"" }.joined(separator: ", ")
        throw DataProblem(
            .missingLabelColumn,
            in: file,
            line: line,
            column: name,
            found: "the header has no such column",
            cure: "nearest of its \(fields.count) names: \(nearest); set format.csv.label",
        )
    }

    private static func position(
        of index: Int,
        in fields: [String],
        file: DataFileRole,
        line: Int,
    ) throws(DataProblem) -> Int {
        if index >= 0, index < fields.count {
            return index
        }
        if index < 0, index >= -fields.count {
            return fields.count + index
        }
        throw DataProblem(
            .missingLabelColumn,
            in: file,
            line: line,
            found: "the label is to be column \(index) but there are \(fields.count) columns",
            cure: "positions go from 0 to \(fields.count - 1), or from -1 backwards",
        )
    }

    private static func noHeaderForName(
        _ name: String,
        file: DataFileRole,
        line: Int,
    ) -> DataProblem {
        DataProblem(
            .missingLabelColumn,
            in: file,
            line: line,
            column: name,
            found: "the label is named but the format says header: false",
            cure: "give the label's position, or set header: true",
        )
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
            found = "the label is column \(labelColumn), in the training file "
            found?.append("\(training.labelColumn)")
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
