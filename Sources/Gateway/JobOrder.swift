import ClusterVocabulary

/// By what a list of jobs is sorted: the query parameter `sort`.
enum JobOrder: String, CaseIterable, Sendable {
    /// By name and run.
    case name
    /// By who submitted.
    case user
    /// By state: pending, running, then the ends.
    case state
    /// By acceptance, as without an order.
    case submitted
    /// By first start; those that have not started come last.
    case started
    /// By end; those that have not ended come last.
    case finished
    /// By samples per second, the fastest first.
    case rate

    /// Reads a word; refuses unknown ones.
    init(_ word: String) throws(GatewayFailure) {
        guard let order = JobOrder(rawValue: word) else {
            let known = JobOrder.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("sort=\(word.prefix(40)) is unknown; there are \(known)")
        }
        self = order
    }

    /// Whether the left job comes first; equal ones keep the order of acceptance.
    func isBefore(_ left: JobRecord, _ right: JobRecord) -> Bool {
        switch self {
        case .name: (left.name, left.run) < (right.name, right.run)
        case .user: left.user < right.user
        case .state: left.state.rawValue < right.state.rawValue
        case .submitted: left.id < right.id
        case .started: JobOrder.time(left.startedAt) < JobOrder.time(right.startedAt)
        case .finished: JobOrder.time(left.finishedAt) < JobOrder.time(right.finishedAt)
        case .rate: left.samplesPerSecond > right.samplesPerSecond
        }
    }

    private static func time(_ milliseconds: Int64) -> Int64 {
        milliseconds > 0 ? milliseconds : .max
    }
}
