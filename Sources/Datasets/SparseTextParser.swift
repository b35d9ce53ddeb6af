/// Reads libsvm text: a line is a label, then `number:value` pairs with ascending numbers.
///
/// What follows `#` is a comment, `qid:…` pairs are skipped, values of 0 are not stored. A line
/// with anything else in it is a bad row.
struct SparseTextParser {
    /// What reading one file came to.
    struct Outcome {
        var badRows = 0
        var findings: [DataFinding] = []
        /// One more than the highest feature, counted from 0.
        var featureCount = 0
    }

    private enum Line {
        case row
        case blank
        case bad
    }

    private let file: DataFileRole
    private let options: SparseOptions
    private let limits: DataLimits
    private let window: TextWindow
    private let findings = FindingList()
    private var position = 0
    private var line = 1
    private var columns: [UInt32] = []
    private var values: [Float] = []
    private var label: Int32 = 0
    private var target: Float = 0
    private var featureCount = 0

    private init(
        _ bytes: UnsafeRawBufferPointer, file: DataFileRole, options: SparseOptions,
        limits: DataLimits
    ) throws(DataProblem) {
        self.file = file
        self.options = options
        self.limits = limits
        let source = try ByteSource(bytes, file: file, limits: limits)
        window = try TextWindow(source, maximumRecordBytes: limits.maximumRecordBytes)
        if window.count >= 3, window.bytes[0] == 0xEF, window.bytes[1] == 0xBB,
            window.bytes[2] == 0xBF
        {
            position = 3
        }
    }

    /// Reads a whole file into the collector.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, file: DataFileRole, options: SparseOptions,
        into collector: RowCollector
    ) throws(DataProblem) -> Outcome {
        var parser = try SparseTextParser(
            bytes, file: file, options: options, limits: collector.limits)
        let before = collector.rows
        var outcome = Outcome()
        while try parser.findLine() {
            let (start, end) = (parser.position, parser.lineEnd)
            switch parser.readLine(from: start, to: end, collector) {
            case .blank: break
            case .bad: outcome.badRows += 1
            case .row: try parser.keep(collector)
            }
            parser.position = min(end + 1, parser.window.count)
            parser.line += 1
        }
        if outcome.badRows > options.badRowLimit { try parser.findings.throwIfAny() }
        guard collector.rows > before else {
            throw DataProblem(
                .noRows, in: file, found: "no rows", cure: "name a file with data in it")
        }
        outcome.findings = parser.findings.kept
        outcome.featureCount = parser.featureCount
        return outcome
    }

    private func keep(_ collector: RowCollector) throws(DataProblem) {
        try columns.withUnsafeBufferPointer { columns throws(DataProblem) in
            try values.withUnsafeBufferPointer { values throws(DataProblem) in
                try collector.addSparseRow(columns: columns, values: values, in: file)
            }
        }
        if options.predictsNumber {
            try collector.add(target, to: .targets, in: file)
        } else {
            try collector.add(label, to: .labels, in: file)
        }
    }

    // MARK: Lines

    private var lineEnd = 0

    /// Brings a whole line into the window; false at the end of the file.
    private mutating func findLine() throws(DataProblem) -> Bool {
        var searched = position
        while true {
            while searched < window.count, window.bytes[searched] != 0x0A { searched += 1 }
            if searched < window.count {
                lineEnd = searched
                return true
            }
            if window.isFinal {
                lineEnd = window.count
                return position < window.count
            }
            searched -= position
            try window.refill(keepingFrom: position, line: line)
            position = 0
        }
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D
    }

    private mutating func readLine(
        from start: Int, to lineEnd: Int, _ collector: RowCollector
    ) -> Line {
        let bytes = window.bytes
        var end = lineEnd
        var place = start
        while place < end, isBlank(bytes[place]) { place += 1 }
        if place == end || bytes[place] == 0x23 { return .blank }
        let labelStart = place
        while place < end, !isBlank(bytes[place]), bytes[place] != 0x23 { place += 1 }
        let labelEnd = place
        columns.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        var last = -1
        while true {
            while place < end, isBlank(bytes[place]) { place += 1 }
            if place == end { break }
            if bytes[place] == 0x23 {
                end = place
                break
            }
            guard let next = readPair(from: place, to: end, last: &last) else { return .bad }
            place = next
        }
        guard readLabel(from: labelStart, to: labelEnd, collector) else { return .bad }
        featureCount = max(featureCount, last + 1)
        return .row
    }

    /// Reads `number:value` and returns where it ends; nil after a finding.
    @inline(__always)
    private mutating func readPair(from start: Int, to end: Int, last: inout Int) -> Int? {
        let bytes = window.bytes
        var place = start
        var number = 0
        while place < end, bytes[place] &- 0x30 < 10, place - start < 10 {
            number = number &* 10 &+ Int(bytes[place] &- 0x30)
            place += 1
        }
        guard place > start, place < end, bytes[place] == 0x3A else {
            return skipQuery(from: start, to: end)
        }
        let feature = options.isZeroBased ? number : number - 1
        guard feature >= 0, feature < options.featureCount ?? limits.maximumColumns else {
            report(badNumber(number, isTooLow: feature < 0))
            return nil
        }
        guard feature > last else {
            report(.malformedPair, "feature \(number) does not ascend", "sort the pairs of a row")
            return nil
        }
        last = feature
        var value: Float = 0
        place += 1
        guard let valueEnd = DecimalNumber.parse(bytes, from: place, to: end, value: &value),
            valueEnd == end || isBlank(bytes[valueEnd]) || bytes[valueEnd] == 0x23
        else {
            let isEmpty = place == end || isBlank(bytes[place])
            report(
                isNotFinite(from: place, to: end) ? .notFinite : .malformedPair,
                "feature \(number) has \(isEmpty ? "no value" : "the value \(text(place, end))")",
                "write number:value pairs")
            return nil
        }
        guard value.isFinite else {
            report(
                .valueOutOfRange, "feature \(number) is too large for a 32-bit float",
                "scale it down")
            return nil
        }
        if value != 0 {
            columns.append(UInt32(feature))
            values.append(value)
        }
        return valueEnd
    }

    private func badNumber(_ number: Int, isTooLow: Bool) -> (DataProblemKind, String, String) {
        if isTooLow {
            return (
                .malformedPair, "feature 0, but features count from 1",
                "say format.libsvm.zeroBased: true when they count from 0"
            )
        }
        let most = options.featureCount ?? limits.maximumColumns
        return (
            .tooManyColumns, "feature \(number) of at most \(most)",
            "raise format.libsvm.features or remove it"
        )
    }

    private func skipQuery(from start: Int, to end: Int) -> Int? {
        let bytes = UnsafeBufferPointer(start: window.bytes + start, count: end - start)
        guard bytes.starts(with: Array("qid:".utf8)) else {
            report(.malformedPair, "\"\(text(start, end))\" is no pair", "write number:value pairs")
            return nil
        }
        return start + (bytes.firstIndex(where: isBlank) ?? bytes.count)
    }

    private mutating func readLabel(
        from start: Int, to end: Int, _ collector: RowCollector
    ) -> Bool {
        let bytes = window.bytes
        var value: Float = 0
        let isNumber =
            DecimalNumber.parse(bytes, from: start, to: end, value: &value) == end
        if options.predictsNumber {
            guard isNumber, value.isFinite else {
                report(
                    isNotFinite(from: start, to: end) ? .notFinite : .textInNumericColumn,
                    "the number to predict is \"\(text(start, end))\"", "write a number")
                return false
            }
            target = value
            return true
        }
        let outcome: ClassCollector.Outcome
        var name = ""
        if isNumber, let integer = Int64(exactly: value), integer.magnitude < 1 << 24 {
            // +1, 1 and 1.0 are one class.
            outcome = collector.classes.index(ofInteger: integer)
            name = String(integer)
        } else {
            let raw = UnsafeBufferPointer(start: bytes + start, count: end - start)
            guard let text = String(validating: raw.prefix(limits.maximumNameBytes), as: UTF8.self)
            else {
                report(.notText, "the label is not UTF-8", "save the file as UTF-8")
                return false
            }
            guard !text.contains(":") else {
                report(.emptyLabel, "no label before the first pair", "label the row")
                return false
            }
            name = text
            outcome = collector.classes.index(ofText: text)
        }
        if case .index(let index) = outcome {
            label = index
            return true
        }
        if let finding = collector.finding(
            for: outcome, label: name, file: file, line: line, column: nil)
        {
            findings.add(finding)
        }
        return false
    }

    private func isNotFinite(from start: Int, to end: Int) -> Bool {
        CSVParser.isNotFinite(text(start, end))
    }

    /// The word at a place, for a message.
    private func text(_ start: Int, _ end: Int) -> String {
        let raw = UnsafeBufferPointer(
            start: window.bytes + start, count: min(end - start, 200))
        return DataFinding.printable(
            String(decoding: raw.prefix(while: { !isBlank($0) }), as: UTF8.self))
    }

    private func report(_ parts: (kind: DataProblemKind, found: String, cure: String)) {
        report(parts.kind, parts.found, parts.cure)
    }

    private func report(_ kind: DataProblemKind, _ found: String, _ cure: String) {
        findings.add(
            DataFinding(
                kind: kind, file: file, line: line, column: nil, found: found, cure: cure))
    }
}
