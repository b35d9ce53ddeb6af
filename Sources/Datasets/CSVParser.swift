/// Reads one text table into a collector.
struct CSVParser {
    let file: DataFileRole
    let limits: DataLimits
    let options: TableOptions
    let window: TextWindow
    let findings = FindingList()
    /// What stands before the decimals of a number.
    let point: UInt8
    let missing: MissingMarkers
    var position = 0
    var line = 1
    /// The line of the record being read.
    var recordLine = 1

    /// How reading one record ended.
    private enum Outcome {
        case row
        case blank
        case bad
        case needsMore
    }

    /// What reading a table came to.
    struct Table {
        let layout: CSVLayout
        let columns: TableColumns
        /// Rows left out, and what is wrong with the first of them.
        let badRows: Int
        let findings: [DataFinding]
    }

    init(
        _ bytes: UnsafeRawBufferPointer,
        file: DataFileRole,
        options: TableOptions,
        limits: DataLimits,
    ) throws(DataProblem) {
        self.file = file
        self.limits = limits
        self.options = options
        point = options.hasDecimalComma ? FieldDelimiter.comma.rawValue : 0x2E
        missing = MissingMarkers(options.missing, point: point)
        let source = try ByteSource(bytes, file: file, limits: limits)
        window = try TextWindow(source, maximumRecordBytes: limits.maximumRecordBytes)
        try skipByteOrderMark()
    }

    /// Parses the whole table.
    ///
    /// - Parameter training: what a test file must repeat, nil for the training file.
    static func parse(
        _ bytes: UnsafeRawBufferPointer,
        file: DataFileRole,
        options: TableOptions,
        training: Table?,
        into collector: RowCollector,
    ) throws(DataProblem) -> Table {
        var parser = try CSVParser(bytes, file: file, options: options, limits: collector.limits)
        var layout = try parser.readLayout()
        if let training {
            try layout.requireSameColumns(as: training.layout, file: file, line: parser.line)
            layout.roles = training.layout.roles
        } else {
            try parser.guessKinds(&layout)
        }
        let columns = training?.columns ?? TableColumns(layout, limits: collector.limits)
        let before = collector.rows
        let reading = RowReading(
            layout, columns, collector, target: options.predictsNumber ? .number : .classes)
        let badRows = try parser.readRows(layout.delimiter, reading)
        if badRows > options.badRowLimit { try parser.findings.throwIfAny() }
        guard collector.rows > before else {
            throw DataProblem(
                layout.hasHeader ? .headerOnly : .noRows,
                in: file,
                found: layout.hasHeader ? "a header line and no rows" : "no rows",
                cure: "name a file with data in it",
            )
        }
        return Table(
            layout: layout, columns: columns, badRows: badRows, findings: parser.findings.kept)
    }

    private mutating func skipByteOrderMark() throws(DataProblem) {
        let start = UnsafeBufferPointer(start: window.bytes, count: min(window.count, 4))
        if start.starts(with: [0xEF, 0xBB, 0xBF]) {
            position = 3
            return
        }
        let foreign: [(magic: [UInt8], name: String, cure: String)] = [
            ([0xFF, 0xFE], "UTF-16 text", "save the table as UTF-8"),
            ([0xFE, 0xFF], "UTF-16 text", "save the table as UTF-8"),
            ([0x50, 0x4B, 0x03, 0x04], "a zip or spreadsheet file", "export it as CSV"),
            ([0x50, 0x41, 0x52, 0x31], "a Parquet file", "export it as CSV or NPY"),
            ([0x93, 0x4E, 0x55, 0x4D], "a NumPy file", "set format: npy"),
            ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file", "decompress it, or use gzip"),
            ([0x00], "binary data", "check the file; IDX needs format: idx"),
        ]
        if let match = foreign.first(where: { start.starts(with: $0.magic) }) {
            throw DataProblem(
                .notText,
                in: file,
                found: "this is \(match.name), not a text table",
                cure: match.cure,
            )
        }
    }

    func scanner(_ delimiter: FieldDelimiter) -> CSVFieldScanner {
        CSVFieldScanner(
            bytes: window.bytes,
            count: window.count,
            isFinal: window.isFinal,
            delimiter: delimiter.rawValue,
            point: point,
        )
    }

    mutating func readMore() throws(DataProblem) {
        try window.refill(keepingFrom: position, line: line)
        position = 0
    }

    mutating func skipBlankLines() throws(DataProblem) {
        while true {
            while position < window.count {
                let byte = window.bytes[position]
                if byte == CSVFieldScanner.newline {
                    line += 1
                } else if byte != CSVFieldScanner.carriageReturn {
                    return
                }
                position += 1
            }
            if window.isFinal {
                return
            }
            try readMore()
        }
    }

    /// Reads all records and returns how many rows were left out.
    mutating func readRows(
        _ delimiter: FieldDelimiter, _ reading: borrowing RowReading
    ) throws(DataProblem) -> Int {
        var badRows = 0
        var scanner = scanner(delimiter)
        while true {
            if position >= window.count {
                if window.isFinal {
                    return badRows
                }
                try readMore()
                scanner = self.scanner(delimiter)
                continue
            }
            let mark = findings.mark
            switch try readRecord(scanner, reading) {
            case .row, .blank:
                break
            case .bad:
                badRows += 1
            case .needsMore:
                findings.goBack(to: mark)
                try readMore()
                scanner = self.scanner(delimiter)
            }
        }
    }

    /// Reads the record at `position` and moves behind it.
    private mutating func readRecord(
        _ scanner: CSVFieldScanner, _ reading: borrowing RowReading
    ) throws(DataProblem) -> Outcome {
        let columnCount = reading.columnCount
        let row = try reading.collector.roomForFeatures(reading.featureCount, in: file)
        reading.columns.beginRow()
        recordLine = line
        var field = CSVFieldScanner.Field()
        var label = CSVFieldScanner.Field()
        var values = RowValues()
        var next = position
        var column = 0
        var isBad = false
        var newlines = 0
        repeat {
            let role = column < columnCount ? reading.roles[column] : .skipped
            let slot = column < columnCount ? reading.slots[column] : 0
            if role == .numeric, scanner.scanNumber(at: next, value: &row[slot], field: &field) {
                if missing.hasNumbers, missing.contains(row[slot]) {
                    row[slot] = .nan
                    reading.columns.markMissing(slot: slot)
                }
            } else {
                guard scanner.scanField(at: next, field: &field) else { return .needsMore }
                newlines += field.newlines
                if column == 0, field.endsRecord, field.start == field.end, !field.isQuoted {
                    finishRecord(at: field.next, newlines: newlines)
                    return .blank
                }
                switch role {
                case .skipped: break
                case .label: label = field
                case .weight:
                    isBad = !readWeight(scanner, field, reading, column, &values.weight) || isBad
                case .numeric:
                    isBad = !readNumber(scanner, field, reading, column, &row[slot]) || isBad
                case .categorical:
                    isBad = !readCategory(scanner, field, reading, column, &row[slot]) || isBad
                }
            }
            column += 1
            next = field.next
        } while !field.endsRecord
        if column != columnCount {
            findings.add(ragged(column, columnCount, line: recordLine))
            isBad = true
        } else if let labelColumn = reading.labelColumn {
            let isGood = readTarget(scanner, label, reading, labelColumn, isBad, &values)
            isBad = isBad || !isGood
        }
        finishRecord(at: next, newlines: newlines)
        guard !isBad else { return .bad }
        try keep(values, reading)
        return .row
    }

    /// Hands the row on.
    @inline(__always)
    private func keep(
        _ values: RowValues, _ reading: borrowing RowReading
    ) throws(DataProblem) {
        let collector = reading.collector
        try collector.finishRow(features: reading.featureCount, in: file)
        reading.columns.keepRow(line: recordLine)
        switch reading.target {
        case .classes: try collector.add(values.label, to: .labels, in: file)
        case .number: try collector.add(values.target, to: .targets, in: file)
        case .none: break
        }
        if reading.hasWeights { try collector.add(values.weight, to: .weights, in: file) }
        if reading.keepsLines { reading.lines.add(recordLine) }
    }

    @inline(__always)
    private mutating func finishRecord(at next: Int, newlines: Int) {
        position = next
        line += 1 + newlines
    }
}

/// What a row has beyond its features.
struct RowValues {
    var label: Int32 = 0
    var target: Float = 0
    var weight: Float = 1
}
