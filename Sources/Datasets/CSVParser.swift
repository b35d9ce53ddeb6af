/// Reads one text table into an accumulator.
struct CSVParser {
    let file: DataFileRole
    let limits: DataLimits
    let window: TextWindow
    let findings = FindingList()
    var position = 0
    var line = 1

    /// What the options of the format say.
    struct Options {
        var label: LabelColumn
        var header: Bool?
        var delimiter: FieldDelimiter?
    }

    /// How reading one record ended.
    private enum Outcome {
        case row(label: Int32)
        case blank
        case bad
        case needsMore
    }

    private init(
        _ bytes: UnsafeRawBufferPointer,
        file: DataFileRole,
        limits: DataLimits,
    ) throws(DataProblem) {
        self.file = file
        self.limits = limits
        let source = try ByteSource(bytes, file: file, limits: limits)
        window = try TextWindow(source, maximumRecordBytes: limits.maximumRecordBytes)
    }

    /// Parses the whole table and returns its layout.
    ///
    /// - Parameter training: the layout that a test file must repeat, nil for the training file.
    static func parse(
        _ bytes: UnsafeRawBufferPointer,
        file: DataFileRole,
        options: Options,
        training: CSVLayout?,
        into accumulator: inout SetAccumulator,
    ) throws(DataProblem) -> CSVLayout {
        var parser = try CSVParser(bytes, file: file, limits: accumulator.limits)
        try parser.skipByteOrderMark()
        let layout = try parser.readLayout(options)
        if let training {
            try layout.requireSameColumns(as: training, file: file, line: parser.line)
        }
        let rowsBefore = accumulator.labels.count
        try parser.readRows(layout, into: &accumulator)
        try parser.findings.throwIfAny()
        guard accumulator.labels.count > rowsBefore else {
            throw DataProblem(
                layout.hasHeader ? .headerOnly : .noRows,
                in: file,
                found: layout.hasHeader ? "a header line and no rows" : "no rows",
                cure: "name a file with data in it",
            )
        }
        return layout
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

    private mutating func readRows(
        _ layout: CSVLayout,
        into accumulator: inout SetAccumulator,
    ) throws(DataProblem) {
        let featureCount = layout.columnNames.count - 1
        reserve(featureCount, in: &accumulator)
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: featureCount)
        row.initialize(repeating: 0)
        defer { row.deallocate() }
        var scanner = scanner(layout.delimiter)
        while true {
            if position >= window.count {
                if window.isFinal {
                    return
                }
                try readMore()
                scanner = self.scanner(layout.delimiter)
                continue
            }
            let mark = findings.mark
            switch readRecord(scanner, layout, into: row, &accumulator) {
            case .row(let label):
                guard accumulator.hasRoom(forValues: featureCount) else {
                    throw SetAccumulator.tooLarge(in: file, limits: limits)
                }
                if findings.isEmpty {
                    accumulator.features.append(contentsOf: row)
                    accumulator.labels.append(label)
                }
            case .blank, .bad:
                break
            case .needsMore:
                findings.goBack(to: mark)
                try readMore()
                scanner = self.scanner(layout.delimiter)
            }
        }
    }

    /// Room for as many rows as there are lines, when the file is at hand to count them.
    private func reserve(_ featureCount: Int, in accumulator: inout SetAccumulator) {
        guard window.isFinal else { return }
        var lines = 1
        for index in position..<window.count where window.bytes[index] == CSVFieldScanner.newline {
            lines += 1
        }
        let values = lines.multipliedReportingOverflow(by: featureCount)
        // A value and its delimiter take at least two bytes, whatever the line count says.
        let most = (window.count - position) / 2 + 1
        let count = values.overflow ? most : min(values.partialValue, most)
        if accumulator.hasRoom(forValues: count) {
            accumulator.features.reserveCapacity(accumulator.features.count + count)
            accumulator.labels.reserveCapacity(accumulator.labels.count + min(lines, most))
        }
    }

    /// Reads the record at `position` and moves behind it.
    private mutating func readRecord(
        _ scanner: CSVFieldScanner,
        _ layout: CSVLayout,
        into row: UnsafeMutableBufferPointer<Float>,
        _ accumulator: inout SetAccumulator,
    ) -> Outcome {
        let columnCount = row.count + 1
        let recordLine = line
        var field = CSVFieldScanner.Field()
        var next = position
        var column = 0
        var value = 0
        var label: Int32?
        var isBad = false
        var newlines = 0
        repeat {
            if column != layout.labelColumn, column < columnCount,
                scanner.scanNumber(at: next, value: &row[value], field: &field)
            {
                value += 1
            } else {
                guard scanner.scanField(at: next, field: &field) else { return .needsMore }
                newlines += field.newlines
                if column == 0, field.endsRecord, field.start == field.end, !field.isQuoted {
                    finishRecord(at: field.next, newlines: newlines)
                    return .blank
                }
                if column == layout.labelColumn {
                    label = readLabel(scanner, field, layout, &accumulator)
                    isBad = isBad || label == nil
                } else if column < columnCount {
                    isBad = !readQuotedNumber(scanner, field, layout, column, &row[value]) || isBad
                    value += 1
                }
            }
            column += 1
            next = field.next
        } while !field.endsRecord
        if column != columnCount {
            findings.add(ragged(column, columnCount, line: recordLine))
            isBad = true
        }
        finishRecord(at: next, newlines: newlines)
        guard !isBad, let label else { return .bad }
        return .row(label: label)
    }

    @inline(__always)
    private mutating func finishRecord(at next: Int, newlines: Int) {
        position = next
        line += 1 + newlines
    }
}
