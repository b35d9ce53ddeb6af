extension CSVParser {
    /// Reads the label, the last thing of a record, so that a bad row brings no class.
    mutating func readTarget(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ reading: borrowing RowReading,
        _ column: Int,
        _ isBad: Bool,
        _ values: inout RowValues,
    ) -> Bool {
        if reading.target == .number {
            return readNumber(scanner, field, reading, column, &values.target)
        }
        guard !isBad, let label = readLabel(scanner, field, reading, column) else { return false }
        values.label = label
        return true
    }

    /// The class index of a label field; a finding and nil when it has none.
    private mutating func readLabel(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ reading: borrowing RowReading,
        _ labelColumn: Int,
    ) -> Int32? {
        let collector = reading.collector
        let bytes = UnsafeBufferPointer(
            start: scanner.bytes + field.start, count: field.end - field.start)
        if !field.isQuoted, let index = collector.classes.index(ofBytes: bytes) { return index }
        let column = reading.names[labelColumn]
        if let finding = unfitText(scanner, field, column: column) {
            findings.add(finding)
            return nil
        }
        guard var text = scanner.text(of: field) else {
            findings.add(notUTF8(scanner, field, column: column))
            return nil
        }
        guard !text.isEmpty, !missing.contains(scanner, field) else {
            findings.add(
                DataFinding(
                    kind: .emptyLabel,
                    file: file,
                    line: recordLine,
                    column: column,
                    found: "no label",
                    cure: "label the row or remove it",
                ))
            return nil
        }
        if let alias = options.classAliases.first(where: { $0.written == text }) {
            text = alias.name
        }
        let outcome = collector.classes.index(ofText: text)
        if case .index(let index) = outcome {
            if !field.isQuoted { collector.classes.remember(bytes, index: index) }
            return index
        }
        if let finding = collector.finding(
            for: outcome,
            label: text,
            file: file,
            line: recordLine,
            column: column,
        ) {
            findings.add(finding)
        }
        return nil
    }

    /// Reads what the fast path did not take: a quoted number is fine, a missing one becomes NaN
    /// in a feature; all else is a finding.
    mutating func readNumber(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ reading: borrowing RowReading,
        _ column: Int,
        _ value: inout Float,
    ) -> Bool {
        let name = reading.names[column]
        if reading.roles[column] == .numeric, missing.contains(scanner, field) {
            value = .nan
            reading.columns.markMissing(slot: reading.slots[column])
            return true
        }
        guard !field.isMalformed else {
            findings.add(malformedQuote(scanner, field, column: name))
            return false
        }
        var start = field.start
        var end = field.end
        while start < end, scanner.isSpace(scanner.bytes[start]) {
            start += 1
        }
        while start < end, scanner.isSpace(scanner.bytes[end - 1]) {
            end -= 1
        }
        let parsedEnd = DecimalNumber.parse(
            scanner.bytes, from: start, to: end, point: point, value: &value)
        let isNumber = parsedEnd == end
        if isNumber, value.isFinite {
            return true
        }
        findings.add(
            badNumber(
                scanner.excerpt(of: field),
                isEmpty: start == end,
                isNumber: isNumber,
                column: name,
            ))
        return false
    }

    /// Reads a weight, which must be a number that is not negative.
    mutating func readWeight(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ reading: borrowing RowReading,
        _ column: Int,
        _ value: inout Float,
    ) -> Bool {
        guard readNumber(scanner, field, reading, column, &value) else { return false }
        if value >= 0 { return true }
        findings.add(
            DataFinding(
                kind: .badWeight, file: file, line: recordLine, column: reading.names[column],
                found: "a weight of \(value)", cure: "weights are 0 or more"))
        return false
    }

    /// Reads a text and gives its number.
    mutating func readCategory(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ reading: borrowing RowReading,
        _ column: Int,
        _ value: inout Float,
    ) -> Bool {
        let slot = reading.slots[column]
        if missing.contains(scanner, field) {
            value = .nan
            reading.columns.markMissing(slot: slot)
            return true
        }
        let name = reading.names[column]
        if let finding = unfitText(scanner, field, column: name) {
            findings.add(finding)
            return false
        }
        switch reading.columns.code(scanner, field, slot: slot) {
        case .code(let code):
            value = Float(code)
            return true
        case .notUTF8, .unknown:
            findings.add(notUTF8(scanner, field, column: name))
        case .tooMany:
            findings.add(
                DataFinding(
                    kind: .tooManyCategories, file: file, line: recordLine, column: name,
                    found: "more than \(limits.maximumCategories) different texts",
                    cure: "a column of names or numbers of rows teaches nothing: exclude it"))
        }
        return false
    }

    private func badNumber(
        _ text: String,
        isEmpty: Bool,
        isNumber: Bool,
        column: String,
    ) -> DataFinding {
        let kind: DataProblemKind
        let found: String
        let cure: String
        if isEmpty {
            kind = .emptyValue
            found = "no value in a numeric column"
            cure = "fill the value in or remove the row"
        } else if isNumber {
            kind = .valueOutOfRange
            found = "\(text) is too large for a 32-bit float"
            cure = "scale the column down"
        } else if Self.isNotFinite(text) {
            kind = .notFinite
            found = "\(text) in a numeric column"
            cure = "replace it by a number or remove the row"
        } else {
            kind = .textInNumericColumn
            found = "text \"\(text)\" in a numeric column"
            cure = "name the text under csv.missing, or the column categorical under csv.columns"
        }
        return DataFinding(
            kind: kind,
            file: file,
            line: recordLine,
            column: column,
            found: found,
            cure: cure,
        )
    }

    static func isNotFinite(_ text: String) -> Bool {
        var name = text.lowercased()[...]
        if name.hasPrefix("-") || name.hasPrefix("+") {
            name = name.dropFirst()
        }
        return name == "nan" || name == "inf" || name == "infinity"
    }

    /// The finding for text that is broken or too long to be a name or a label.
    func unfitText(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        column: String?,
    ) -> DataFinding? {
        if field.isMalformed {
            return malformedQuote(scanner, field, column: column)
        }
        guard field.end - field.start > limits.maximumNameBytes else { return nil }
        return DataFinding(
            kind: .nameTooLong,
            file: file,
            line: recordLine,
            column: column,
            found: "\"\(scanner.excerpt(of: field))\" has \(field.end - field.start) bytes",
            cure: "names and labels have at most \(limits.maximumNameBytes); check the quotes",
        )
    }

    func notUTF8(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        column: String?,
    ) -> DataFinding {
        DataFinding(
            kind: .notText,
            file: file,
            line: recordLine,
            column: column,
            found: "\"\(scanner.excerpt(of: field))\" is not UTF-8",
            cure: "save the table as UTF-8",
        )
    }

    func malformedQuote(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        column: String?,
    ) -> DataFinding {
        let isOpen = field.end == field.next && field.endsRecord
        return DataFinding(
            kind: .malformedQuote,
            file: file,
            line: recordLine,
            column: column,
            found: isOpen
                ? "a quote opens at \"\(scanner.excerpt(of: field))\" and never closes"
                : "text follows the closing quote of \"\(scanner.excerpt(of: field))\"",
            cure: "close the quote; a quote inside quotes is written twice",
        )
    }

    func ragged(_ found: Int, _ expected: Int, line: Int) -> DataFinding {
        DataFinding(
            kind: .raggedRow,
            file: file,
            line: line,
            column: nil,
            found: "\(found) fields, the first line has \(expected)",
            cure: "give every row the same fields; quote text that holds the delimiter",
        )
    }
}
