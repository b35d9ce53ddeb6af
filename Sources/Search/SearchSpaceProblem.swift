/// Why a list of parameters is no search space; `description` is what people read.
package enum SearchSpaceProblem: Error, Sendable, Hashable, CustomStringConvertible {
    case noParameters
    case tooManyParameters(count: Int, limit: Int)
    case emptyName(position: Int)
    case duplicateName(String)
    case notFinite(parameter: String)
    case boundsReversed(parameter: String, minimum: String, maximum: String)
    case boundTooLarge(parameter: String, limit: String)
    case logarithmNeedsPositive(parameter: String, minimum: String)
    case stepNotPositive(parameter: String, step: String)
    case stepLargerThanRange(parameter: String, step: String, range: String)
    case noChoices(parameter: String)
    case tooManyChoices(parameter: String, count: Int, limit: Int)
    case unknownParent(parameter: String, parent: String)
    case parentNotEarlier(parameter: String, parent: String)
    case parentWithoutChoices(parameter: String, parent: String)
    case conditionWithoutChoices(parameter: String)
    case conditionOutsideParent(parameter: String, choice: Int, count: Int)

    /// The parameter the problem is about, for a located diagnostic; nil for the whole space.
    package var parameter: String? {
        switch self {
        case .noParameters, .tooManyParameters, .emptyName: nil
        case .duplicateName(let name), .notFinite(let name), .boundsReversed(let name, _, _),
            .boundTooLarge(let name, _), .logarithmNeedsPositive(let name, _),
            .stepNotPositive(let name, _), .stepLargerThanRange(let name, _, _),
            .noChoices(let name), .tooManyChoices(let name, _, _), .unknownParent(let name, _),
            .parentNotEarlier(let name, _), .parentWithoutChoices(let name, _),
            .conditionWithoutChoices(let name), .conditionOutsideParent(let name, _, _):
            name
        }
    }

    /// What people read.
    package var description: String {
        switch self {
        case .noParameters:
            "there is no parameter to search over"
        case .tooManyParameters(let count, let limit):
            "\(count) parameters, at most \(limit) are possible"
        case .emptyName(let position):
            "parameter \(position + 1) has no name"
        case .duplicateName(let name):
            "parameter '\(name)' appears twice"
        case .notFinite(let name):
            "parameter '\(name)': bounds and step must be finite numbers"
        case .boundsReversed(let name, let minimum, let maximum):
            "parameter '\(name)': the minimum \(minimum) is above the maximum \(maximum)"
        case .boundTooLarge(let name, let limit):
            "parameter '\(name)': bounds must be within ±\(limit)"
        case .logarithmNeedsPositive(let name, let minimum):
            "parameter '\(name)': a logarithmic range needs a minimum above 0, not \(minimum)"
        case .stepNotPositive(let name, let step):
            "parameter '\(name)': the step must be above 0, not \(step)"
        case .stepLargerThanRange(let name, let step, let range):
            "parameter '\(name)': the step \(step) is larger than the range \(range)"
        case .noChoices(let name):
            "parameter '\(name)' has no choices"
        case .tooManyChoices(let name, let count, let limit):
            "parameter '\(name)' has \(count) choices, at most \(limit) are possible"
        case .unknownParent(let name, let parent):
            "parameter '\(name)' depends on '\(parent)', which does not exist"
        case .parentNotEarlier(let name, let parent):
            "parameter '\(name)' depends on '\(parent)', which must stand before it"
        case .parentWithoutChoices(let name, let parent):
            "parameter '\(name)' depends on '\(parent)', which is not categorical or ordinal"
        case .conditionWithoutChoices(let name):
            "parameter '\(name)' depends on no choice of its parent"
        case .conditionOutsideParent(let name, let choice, let count):
            "parameter '\(name)' depends on choice \(choice), its parent has 0 to \(count - 1)"
        }
    }
}
