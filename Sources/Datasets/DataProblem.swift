/// Which file of a data source something was found in.
package enum DataFileRole: String, Sendable, Equatable {
    case train = "training file"
    case trainLabels = "training labels file"
    case test = "test file"
    case testLabels = "test labels file"
}

/// The closed list of what can be wrong with data; the raw value is the name people see.
package enum DataProblemKind: String, Sendable, Equatable, CaseIterable {
    case emptyFile = "EmptyFile"
    case headerOnly = "HeaderOnly"
    case noRows = "NoRows"
    case noFeatures = "NoFeatures"
    case notText = "NotText"
    case missingLabelColumn = "MissingLabelColumn"
    case ambiguousLabelColumn = "AmbiguousLabelColumn"
    case raggedRow = "RaggedRow"
    case malformedQuote = "MalformedQuote"
    case recordTooLong = "RecordTooLong"
    case nameTooLong = "NameTooLong"
    case tooManyColumns = "TooManyColumns"
    case emptyValue = "EmptyValue"
    case textInNumericColumn = "TextInNumericColumn"
    case notFinite = "NotFinite"
    case valueOutOfRange = "ValueOutOfRange"
    case emptyLabel = "EmptyLabel"
    case labelNotInteger = "LabelNotInteger"
    case tooManyClasses = "TooManyClasses"
    case onlyOneClass = "OnlyOneClass"
    case unknownTestClass = "UnknownTestClass"
    case columnsDiffer = "ColumnsDiffer"
    case wrongMagic = "WrongMagic"
    case malformedHeader = "MalformedHeader"
    case unsupportedType = "UnsupportedType"
    case fortranOrder = "FortranOrder"
    case wrongShape = "WrongShape"
    case truncated = "Truncated"
    case trailingBytes = "TrailingBytes"
    case truncatedGzip = "TruncatedGzip"
    case damagedGzip = "DamagedGzip"
    case tooLarge = "TooLarge"
    case countsDiffer = "CountsDiffer"
    case missingFile = "MissingFile"
    case unexpectedFile = "UnexpectedFile"
    case wrongVersion = "WrongVersion"
    case damagedSet = "DamagedSet"
    case missingColumn = "MissingColumn"
    case ambiguousColumn = "AmbiguousColumn"
    case columnUsedTwice = "ColumnUsedTwice"
    case tooManyCategories = "TooManyCategories"
    case badWeight = "BadWeight"
    case contradictingOptions = "ContradictingOptions"
    case malformedPair = "MalformedPair"
    case malformedArchive = "MalformedArchive"
    case storageFailed = "StorageFailed"
}

/// One thing that is wrong with a data source: where, what was found, what to do.
package struct DataFinding: Sendable, Equatable, CustomStringConvertible {
    /// Which kind of problem.
    package var kind: DataProblemKind
    /// The file it is in.
    package var file: DataFileRole
    /// Line of a text table, from 1; nil for binary files.
    package var line: Int?
    /// Name of the column concerned, nil when the whole row or file is.
    package var column: String?
    /// What was found, in words.
    package var found: String
    /// What to do about it.
    package var cure: String

    /// One line: file, line, column, what was found, what to do.
    package var description: String {
        var place = file.rawValue
        if let line {
            place += ", line \(line)"
        }
        if let column {
            place += ", column \"\(Self.printable(column))\""
        }
        return "\(place): \(found); \(cure)"
    }

    /// Text from a file made fit for a message: control bytes escaped, at most 40 characters.
    static func printable(_ text: String) -> String {
        let bound = 40
        var shown = ""
        for scalar in text.unicodeScalars.prefix(bound) {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > bound ? shown + "…" : shown
    }
}

/// Why a data source is refused: the first findings in file order, and how many there are in all.
package struct DataProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// How many findings are kept and shown.
    package static let maximumFindings = 10

    /// At least one and at most `maximumFindings` findings, in file order.
    package let findings: [DataFinding]
    /// All findings, also those that are not kept.
    package let total: Int

    /// A problem that consists of one finding.
    init(_ finding: DataFinding) {
        findings = [finding]
        total = 1
    }

    init?(findings: [DataFinding], total: Int) {
        guard !findings.isEmpty else { return nil }
        self.findings = findings
        self.total = total
    }

    init(
        _ kind: DataProblemKind,
        in file: DataFileRole,
        line: Int? = nil,
        column: String? = nil,
        found: String,
        cure: String,
    ) {
        self.init(
            DataFinding(
                kind: kind,
                file: file,
                line: line,
                column: column,
                found: found,
                cure: cure,
            ))
    }

    /// The kind of the first finding.
    package var kind: DataProblemKind { findings[0].kind }

    /// One line per finding, then a line with the number of those not shown.
    package var description: String {
        var lines = findings.map { "\($0.kind.rawValue): \($0)" }
        if total > findings.count {
            lines.append("… and \(total - findings.count) more of \(total) problems")
        }
        return lines.joined(separator: "\n")
    }
}
