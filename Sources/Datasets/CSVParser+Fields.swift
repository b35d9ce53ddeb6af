extension CSVParser {
    /// The class index of a label field; a finding and nil when it has none.
    mutating func readLabel(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ layout: CSVLayout,
        _ accumulator: inout SetAccumulator,
    ) -> Int32? {
        if let digit = shortInteger(scanner, field),
            case .index(let index) = accumulator.classes.index(ofInteger: digit)
        {
            return index
        }
        let column = layout.columnNames[layout.labelColumn]
        if let finding = unfitText(scanner, field, column: column) {
            findings.add(finding)
            return nil
        }
        guard let text = scanner.text(of: field) else {
            findings.add(notUTF8(scanner, field, column: column))
            return nil
        }
        guard !text.isEmpty else {
            findings.add(
                DataFinding(
                    kind: .emptyLabel,
                    file: file,
                    line: line,
                    column: column,
                    found: "no label",
                    cure: "label the row or remove it",
                ))
            return nil
        }
        let outcome = accumulator.classes.index(ofText: text)
        if case .index(let index) = outcome {
            return index
        }
        if let finding = accumulator.finding(
            for: outcome,
            label: text,
            file: file,
            line: line,
            column: column,
        ) {
            findings.add(finding)
        }
        return nil
    }

    /// A label of one to three digits without a leading zero, read without making a string.
    private func shortInteger(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
    ) -> Int64? {
        let length = field.end - field.start
        guard length > 0, length <= 3, !field.isMalformed else { return nil }
        if length > 1, scanner.bytes[field.start] == 0x30 {
            return nil
        }
        var value: Int64 = 0
        for position in field.start..<field.end {
            let digit = scanner.bytes[position] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }

    /// Reads what the fast path did not take: a quoted number is fine, all else is a finding.
    mutating func readQuotedNumber(
        _ scanner: CSVFieldScanner,
        _ field: CSVFieldScanner.Field,
        _ layout: CSVLayout,
        _ column: Int,
        _ value: inout Float,
    ) -> Bool {
        let name = layout.columnNames[column]
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
        let parsedEnd = DecimalNumber.parse(scanner.bytes, from: start, to: end, value: &value)
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
            cure = "encode the column as numbers or drop it; if it is the label, set csv.label"
        }
        return DataFinding(
            kind: kind,
            file: file,
            line: line,
            column: column,
            found: found,
            cure: cure,
        )
    }

    private static func isNotFinite(_ text: String) -> Bool {
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
            line: line,
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
            line: line,
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
            line: line,
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
