/// The times and bounds the scheduler core decides by.
package struct SchedulerConfiguration: Sendable, Equatable {
    /// How often nodes send a heartbeat.
    package var heartbeatInterval: Duration = .milliseconds(500)
    /// Silence after which a node is suspect and its replicas move.
    package var suspectAfter: Duration = .seconds(3)
    /// After a start, how long nodes known from the ledger may take to register again.
    package var registrationGrace: Duration = .seconds(10)
    /// How much longer commands of nodes not heard since this start are waited for: set after a
    /// restore, whose nodes may not know yet where the scheduler is.
    package var restoredLease: Duration = .zero
    /// How long a job whose every holder fell silent waits for one to return before it starts anew.
    package var lostAfter: Duration = .seconds(30)
    /// The shortest time between two membership changes made only to use more lanes.
    package var expansionInterval: Duration = .seconds(2)
    /// How long a node may take over a staging before it is asked again.
    package var stagingInterval: Duration = .seconds(10)
    /// How long a job keeps off a node whose host failed it.
    package var hostFaultPause: Duration = .seconds(10)
    /// How long a job keeps off a node that exchanged nothing with the other members.
    package var exchangeFaultPause: Duration = .seconds(60)
    /// The first pause before a failed command is tried again; it doubles with every failure.
    package var firstBackOff: Duration = .seconds(1)
    /// The longest such pause.
    package var longestBackOff: Duration = .seconds(60)
    /// A pause between two steps longer than this was the scheduler's own stall: leases are
    /// extended.
    package var stallThreshold: Duration = .seconds(1)
    /// The most jobs not yet ended.
    package var mostActiveJobs = 100_000
    /// The most nodes registered.
    package var mostNodes = 1_024

    /// Rounds of two or more members after which a measured H is decided.
    package var measuredRounds: Int64 = 8
    /// The most steps between two averages of `planned`.
    static let longestPlannedInterval = 64

    /// The defaults, as the fields state them.
    package init() {}

    /// The pause after so many failures.
    func backOff(after failures: Int) -> Duration {
        min(longestBackOff, firstBackOff * (1 << min(max(failures, 1) - 1, 16)))
    }

    /// The relations between values that are broken, one sentence each; empty when sound.
    package var problems: [String] {
        var found: [String] = []
        if heartbeatInterval * 3 > suspectAfter {
            found.append("suspectAfter must be at least three heartbeat intervals")
        }
        if mostActiveJobs < 1 { found.append("mostActiveJobs must be at least 1") }
        if mostNodes < 1 { found.append("mostNodes must be at least 1") }
        return found
    }
}
