extension CSVParser {
    /// Reads the first record and, when it is a header, moves behind it.
    mutating func readLayout() throws(DataProblem) -> CSVLayout {
        var areNumbers: [Bool] = []
        let (options, file) = (options, file)
        return try readLayout(&areNumbers) {
            fields, areNumbers, delimiter, line throws(DataProblem) in
            try CSVLayout.make(
                fields: fields, areNumbers: areNumbers, options: options, delimiter: delimiter,
                file: file, line: line)
        }
    }

    /// The same, with a layout made by somebody else.
    mutating func readLayout(
        _ make: ([String], FieldDelimiter, Int) throws(DataProblem) -> CSVLayout
    ) throws(DataProblem) -> CSVLayout {
        var areNumbers: [Bool] = []
        return try readLayout(&areNumbers) { fields, _, delimiter, line throws(DataProblem) in
            try make(fields, delimiter, line)
        }
    }

    private mutating func readLayout(
        _ areNumbers: inout [Bool],
        _ make: ([String], [Bool], FieldDelimiter, Int) throws(DataProblem) -> CSVLayout
    ) throws(DataProblem) -> CSVLayout {
        try skipBlankLines()
        guard position < window.count else {
            throw DataProblem(
                .emptyFile,
                in: file,
                found: "the file has only blank lines",
                cure: "name a file with data in it",
            )
        }
        let delimiter =
            options.delimiter
            ?? CSVLayout.guessDelimiter(
                window, from: position, hasDecimalComma: options.hasDecimalComma)
        guard delimiter.rawValue != point else {
            throw DataProblem(
                .contradictingOptions, in: file,
                found: "a comma stands between fields and before decimals",
                cure: "name another delimiter, such as semicolon")
        }
        recordLine = line
        while true {
            if let fields = try readFields(scanner(delimiter)) {
                areNumbers = fields.areNumbers
                let layout = try make(fields.texts, areNumbers, delimiter, line)
                if layout.hasHeader {
                    position = fields.next
                    line += 1 + fields.newlines
                }
                return layout
            }
            try readMore()
        }
    }

    /// Looks at the first rows, without moving behind them, to see which columns are texts.
    mutating func guessKinds(_ layout: inout CSVLayout) throws(DataProblem) {
        let mostRows = 10_000
        var texts = [Int](repeating: 0, count: layout.roles.count)
        var values = texts
        let scanner = scanner(layout.delimiter)
        var field = CSVFieldScanner.Field()
        var next = position
        var rows = 0
        var marks: [UInt8] = []
        sampling: while rows < mostRows, next < window.count {
            marks.removeAll(keepingCapacity: true)
            repeat {
                var value: Float = 0
                if scanner.scanNumber(at: next, value: &value, field: &field) {
                    marks.append(missing.hasNumbers && missing.contains(value) ? 0 : 1)
                } else {
                    guard scanner.scanField(at: next, field: &field) else { break sampling }
                    marks.append(missing.contains(scanner, field) ? 0 : mark(scanner, field))
                }
                next = field.next
            } while !field.endsRecord && marks.count <= layout.roles.count
            rows += 1
            guard marks.count == layout.roles.count, field.endsRecord else { continue }
            for (column, mark) in marks.enumerated() where mark > 0 {
                values[column] += 1
                if mark == 2 { texts[column] += 1 }
            }
        }
        try layout.setKinds(
            texts: texts, values: values, options: options, file: file, line: line)
    }

    /// 1 for a number, also one that cannot be used, 2 for a text.
    private func mark(_ scanner: CSVFieldScanner, _ field: CSVFieldScanner.Field) -> UInt8 {
        var start = field.start
        var end = field.end
        while start < end, scanner.isSpace(scanner.bytes[start]) { start += 1 }
        while start < end, scanner.isSpace(scanner.bytes[end - 1]) { end -= 1 }
        var value: Float = 0
        let parsed = DecimalNumber.parse(
            scanner.bytes, from: start, to: end, point: point, value: &value)
        if parsed == end { return 1 }
        return Self.isNotFinite(scanner.excerpt(of: field)) ? 1 : 2
    }

    /// The first record as texts; nil when the window ends before it does.
    private func readFields(
        _ scanner: CSVFieldScanner
    ) throws(DataProblem) -> (texts: [String], areNumbers: [Bool], next: Int, newlines: Int)? {
        var texts: [String] = []
        var areNumbers: [Bool] = []
        var field = CSVFieldScanner.Field()
        var next = position
        var newlines = 0
        repeat {
            guard scanner.scanField(at: next, field: &field) else { return nil }
            let text = try readName(scanner, field)
            guard texts.count < limits.maximumColumns else {
                throw DataProblem(
                    .tooManyColumns,
                    in: file,
                    line: line,
                    found: "more than \(limits.maximumColumns) columns",
                    cure: "check the delimiter and the line ends",
                )
            }
            var value: Float = 0
            var end = field
            texts.append(text)
            areNumbers.append(scanner.scanNumber(at: next, value: &value, field: &end))
            next = field.next
            newlines += field.newlines
        } while !field.endsRecord
        return (texts, areNumbers, next, newlines)
    }

    /// A text of the first record, refused when it is not fit to be a column name.
    private func readName(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
    ) throws(DataProblem) -> String {
        if let finding = unfitText(scanner, field, column: nil) {
            throw DataProblem(finding)
        }
        guard let text = scanner.text(of: field) else {
            throw DataProblem(notUTF8(scanner, field, column: nil))
        }
        return text
    }
}
