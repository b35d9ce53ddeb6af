extension CSVParser {
    /// Reads the first record and, when it is a header, moves behind it.
    mutating func readLayout(_ options: Options) throws(DataProblem) -> CSVLayout {
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
            options.delimiter ?? CSVLayout.guessDelimiter(window, from: position)
        while true {
            if let fields = try readFields(scanner(delimiter)) {
                let layout = try CSVLayout.make(
                    fields: fields.texts,
                    areNumbers: fields.areNumbers,
                    label: options.label,
                    header: options.header,
                    delimiter: delimiter,
                    file: file,
                    line: line,
                )
                if layout.hasHeader {
                    position = fields.next
                    line += 1 + fields.newlines
                }
                return layout
            }
            try readMore()
        }
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
