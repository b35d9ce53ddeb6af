import ClusterVocabulary

/// The newest try of each job that is over on this node: an order for it that comes late, or
/// twice, starts nothing. The oldest entries go when there are too many.
struct EndedCommands: Sendable {
    /// The most jobs remembered.
    static let most = 4_096

    private var numbers: [JobID: UInt32] = [:]
    private var order: [JobID] = []

    mutating func insert(_ attempt: AttemptID) {
        if let known = numbers[attempt.job] {
            numbers[attempt.job] = max(known, attempt.number)
            return
        }
        if order.count >= EndedCommands.most {
            for job in order.prefix(EndedCommands.most / 4) { numbers[job] = nil }
            order.removeFirst(EndedCommands.most / 4)
        }
        numbers[attempt.job] = attempt.number
        order.append(attempt.job)
    }

    /// Whether a try, or a later one of its job, is over here.
    func contains(_ attempt: AttemptID) -> Bool {
        attempt.number <= numbers[attempt.job] ?? 0
    }

    var count: Int { order.count }
}
