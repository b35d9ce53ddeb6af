/// Many simulations in one line.
package struct SimulationSum: Sendable {
    /// How many ran.
    package private(set) var count = 0
    /// How many of them broke a rule.
    package private(set) var broken = 0
    private var events = 0
    private var commits = 0
    private var virtualMilliseconds: Int64 = 0
    private var trace = TraceDigest()

    /// Nothing ran yet.
    package init() {}

    /// Adds one; their order does not matter.
    package mutating func add(_ report: SimulationReport) {
        count += 1
        if !report.isSound { broken += 1 }
        events += report.events
        commits += report.commits
        virtualMilliseconds += report.virtualMilliseconds
        trace.join(report.trace)
    }

    /// The sum for people; `elapsed` is the real time all took.
    package func line(elapsed: Duration) -> String {
        let real = max(
            1,
            elapsed.components.seconds * 1_000
                + elapsed.components.attoseconds / 1_000_000_000_000_000)
        return "\(count) seeds, \(broken) broken: \(events) events, \(commits) commits, "
            + "\(virtualMilliseconds / 1_000) s of virtual time in \(real) ms, "
            + "\(virtualMilliseconds / real) times life, trace \(trace)"
    }
}
