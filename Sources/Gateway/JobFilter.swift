import ClusterVocabulary
import ControlAPI
import Hummingbird
import SchedulerService

/// Which jobs a list shows.
struct JobFilter: Sendable {
    private struct LabelTest: Sendable {
        let key: String
        let value: String?
    }

    /// The namespace; `nil` means all.
    let namespace: String?
    private let states: Set<JobState>
    private let labels: [LabelTest]
    private let since: Int64
    private let limit: Int
    private let order: JobOrder?

    /// Reads the query; `now` is in wall-clock milliseconds.
    init(_ request: Request, now: Int64) throws(GatewayFailure) {
        namespace = request.query("namespace")
        states = try JobFilter.states(request.query("state"))
        labels = (request.query("label") ?? "").split(separator: ",").map { test in
            let parts = test.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return LabelTest(
                key: String(parts[0]), value: parts.count == 2 ? String(parts[1]) : nil)
        }
        since =
            try request.query("since").map { text throws(GatewayFailure) in
                try JobFilter.since(text, now: now)
            } ?? 0
        order = try request.query("sort").map { word throws(GatewayFailure) in
            try JobOrder(word)
        }
        limit = min(
            try request.number("limit") ?? GatewaySettings.mostListed, GatewaySettings.mostListed)
    }

    /// The newest `limit` of the jobs that pass, in the order asked for, and whether others passed
    /// too.
    func apply(to jobs: [CommittedJob]) -> (jobs: ArraySlice<CommittedJob>, more: Bool) {
        let isPlain = states.isEmpty && labels.isEmpty && since == 0
        let passing = isPlain ? jobs : jobs.filter { passes($0.record) }
        let newest = passing.suffix(limit)
        guard let order else { return (newest, passing.count > limit) }
        // Swift's sort is stable in fact, not by promise: acceptance decides between equals.
        let sorted = newest.enumerated().sorted { left, right in
            if order.isBefore(left.element.record, right.element.record) { return true }
            if order.isBefore(right.element.record, left.element.record) { return false }
            return left.offset < right.offset
        }
        return (sorted.map(\.element)[...], passing.count > limit)
    }

    private func passes(_ job: JobRecord) -> Bool {
        guard states.isEmpty || states.contains(job.state), job.submittedAt >= since else {
            return false
        }
        return labels.allSatisfy { test in
            job.labels.contains {
                $0.key == test.key && (test.value == nil || $0.value == test.value)
            }
        }
    }

    private static func states(_ text: String?) throws(GatewayFailure) -> Set<JobState> {
        var states: Set<JobState> = []
        for word in (text ?? "").split(separator: ",") {
            guard let state = JobState(word: String(word)) else {
                let known = JobState.allCases.map(\.word).joined(separator: ", ")
                throw .invalid("\(word.prefix(40)) is not a state; there are \(known)")
            }
            states.insert(state)
        }
        return states
    }

    private static func since(_ text: String, now: Int64) throws(GatewayFailure) -> Int64 {
        if let time = TimeText.milliseconds(of: text) { return time }
        let units: [Character: Int64] = ["s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000_000).contains(count)
        else {
            throw .invalid(
                "since=\(text.prefix(40)) is neither a span (90s, 30m, 12h, 7d) nor a time")
        }
        return max(0, now - count * unit)
    }
}
