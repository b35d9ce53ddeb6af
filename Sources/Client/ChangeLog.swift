import ControlAPI

/// Decides which changes of jobs are worth a line where lines cannot be drawn again.
struct ChangeLog: Sendable {
    private struct Shown: Sendable, Equatable {
        var state: String
        var reason: String
        var hosts: [String]
        var epoch: Int64
        var at: Int64
    }

    /// Lines about mere progress of one job are so many milliseconds apart at least.
    static let pause: Int64 = 1_000

    private var shown: [UInt64: Shown] = [:]

    /// Whether the job has a change that was not shown; remembers that it is shown now.
    mutating func take(_ job: JobSummary, now: Int64) -> Bool {
        let next = Shown(
            state: job.state, reason: job.reason, hosts: job.hosts,
            epoch: job.progress?.epoch ?? 0, at: now)
        if let last = shown[job.id] {
            let isNews =
                (last.state, last.reason, last.hosts) != (next.state, next.reason, next.hosts)
            let isProgress = next.epoch > last.epoch && now - last.at >= ChangeLog.pause
            guard isNews || (isProgress && !job.isFinal) else { return false }
        }
        shown[job.id] = job.isFinal ? nil : next
        return true
    }
}
