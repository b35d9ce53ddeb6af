/// Why a search does not take what it was given; `description` is what people read.
package enum SearchRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noObjective
    case tooManyObjectives(count: Int, limit: Int)
    case oneObjectiveOnly(algorithm: String)
    case setting(name: String, problem: String)
    case unsuitableSpace(algorithm: String, problem: String)
    case unknownTrial(number: Int)
    case trialAlreadyEnded(number: Int)
    case otherValues(number: Int)
    case wrongObjectiveCount(number: Int, count: Int, expected: Int)
    case invalidAssignment(String)
    case tooManyEnqueued(limit: Int)
    case suggestionOutOfOrder(number: Int, expected: Int)

    /// What people read.
    package var description: String {
        switch self {
        case .noObjective:
            "a search needs an objective"
        case .tooManyObjectives(let count, let limit):
            "\(count) objectives, at most \(limit) are possible"
        case .oneObjectiveOnly(let algorithm):
            "\(algorithm) works with one objective; nsga2 and random work with several"
        case .setting(let name, let problem):
            "setting '\(name)': \(problem)"
        case .unsuitableSpace(let algorithm, let problem):
            "\(algorithm) cannot search this space: \(problem)"
        case .unknownTrial(let number):
            "trial \(number) was never suggested"
        case .trialAlreadyEnded(let number):
            "trial \(number) has already ended"
        case .otherValues(let number):
            "trial \(number) was suggested with other values"
        case .wrongObjectiveCount(let number, let count, let expected):
            "trial \(number) has \(count) objective values, \(expected) are expected"
        case .invalidAssignment(let problem):
            problem
        case .tooManyEnqueued(let limit):
            "\(limit) points wait already"
        case .suggestionOutOfOrder(let number, let expected):
            "suggestion \(number) follows \(expected - 1)"
        }
    }
}
