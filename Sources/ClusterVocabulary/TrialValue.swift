/// The value one trial gives one parameter.
package enum TrialValue: Hashable, Sendable, CustomStringConvertible {
    /// A whole number.
    case integer(Int64)
    /// A number.
    case number(Double)
    /// One of a list, as people read it.
    case choice(String)

    /// The value as people read and programs get it.
    package var description: String {
        switch self {
        case .integer(let value): String(value)
        case .number(let value): value.description
        case .choice(let text): text
        }
    }

    /// The value as a number; `nil` for a choice.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .choice: nil
        }
    }

    /// The longest text of a choice, in UTF-8 bytes.
    package static let longestChoice = 1_024
}

/// One parameter's value in one trial.
package struct TrialAssignment: Hashable, Sendable {
    /// The parameter.
    package var name: String
    /// Its value.
    package var value: TrialValue

    /// Makes an assignment.
    package init(_ name: String, _ value: TrialValue) {
        self.name = name
        self.value = value
    }

    /// The most parameters of an experiment.
    package static let most = 256
}
