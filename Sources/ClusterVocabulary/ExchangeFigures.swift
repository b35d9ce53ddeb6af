/// Where a member's time went while it trained, and what it sent.
package struct ExchangeFigures: Hashable, Sendable {
    /// Rounds completed.
    package var rounds: Int64 = 0
    /// Local steps of each replica in them.
    package var steps: Int64 = 0
    /// Seconds in local steps and pre-adds.
    package var computeSeconds = 0.0
    /// Seconds from the first frame of a round to its end, all waiting included.
    package var exchangeSeconds = 0.0
    /// Of those, seconds in which nothing moved because a slower member's sums were missing.
    package var straggleSeconds = 0.0
    /// Of those, seconds in which nothing moved for any other reason.
    package var waitSeconds = 0.0
    /// Bytes given to other members.
    package var bytesSent: Int64 = 0

    /// Nothing yet.
    package init() {}

    /// Adds what came after.
    package mutating func add(_ later: ExchangeFigures) {
        rounds += later.rounds
        steps += later.steps
        computeSeconds += later.computeSeconds
        exchangeSeconds += later.exchangeSeconds
        straggleSeconds += later.straggleSeconds
        waitSeconds += later.waitSeconds
        bytesSent += later.bytesSent
    }

    /// The share of time that went into local steps, 0 ... 1.
    package var goodput: Double {
        let total = computeSeconds + exchangeSeconds
        return total > 0 ? computeSeconds / total : 0
    }

    /// The fewest steps of a round after which communication stays below `target` times compute.
    ///
    /// Waiting for slower members is no communication: longer rounds do not shorten it. `nil` while
    /// nothing was measured.
    package func steps(forTarget target: Double) -> Int? {
        guard rounds > 0, steps > 0, computeSeconds > 0, target > 0 else { return nil }
        let perStep = computeSeconds / Double(steps)
        let perRound = max(0, exchangeSeconds - straggleSeconds) / Double(rounds)
        let wanted = (perRound / (target * perStep)).rounded(.up)
        return wanted < 1e9 ? max(1, Int(wanted)) : 1_000_000_000
    }
}
