/// A column of a set before any step: what fitting needs to know of it.
package struct RawColumn: Sendable, Equatable, Codable {
    /// Its name.
    package var name: String
    /// Whether its values are places in `categories` and not numbers.
    package var isCategorical: Bool
    /// The different texts, by number.
    package var categories: [String]
    /// Rows without a value.
    package var missing: Int

    /// Takes the parts.
    package init(
        name: String, isCategorical: Bool = false, categories: [String] = [], missing: Int = 0
    ) {
        self.name = name
        self.isCategorical = isCategorical
        self.categories = categories
        self.missing = missing
    }
}

/// Why steps cannot be fitted to a set.
package struct PreprocessingProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The closed list of what can be wrong; the raw value is the name people see.
    package enum Kind: String, Sendable {
        case unknownColumn = "UnknownColumn"
        case missingValues = "MissingValues"
        case allMissingColumn = "AllMissingColumn"
        case unencodedColumn = "UnencodedColumn"
        case wrongKind = "WrongColumnKind"
        case badConstant = "BadConstant"
        case tooManyFeatures = "TooManyFeatures"
        case unsuitableTarget = "UnsuitableTarget"
        case sparseRows = "SparseRows"
        case emptyClass = "EmptyClass"
    }

    /// Which kind.
    package let kind: Kind
    /// What was found and what to do, in one sentence.
    package let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// Steps for rows that hold only what is not 0.
    package static let sparse = PreprocessingProblem(
        .sparseRows,
        "steps need rows of columns, and a sparse set has none; remove preprocessing")

    /// The name of the kind and the sentence.
    package var description: String { "\(kind.rawValue): \(text)" }
}
