import ClusterVocabulary
package import ControlAPI
import Foundation

/// What `watch` and `--follow` know: the jobs as the stream last told, and how they are shown.
package struct WatchBoard: Sendable {
    /// What the first line of the table says.
    package struct Cluster: Sendable, Equatable {
        /// The nodes.
        package var nodes: [NodeBody]
        /// The scheduler's health.
        package var health: HealthBody

        /// Takes both.
        package init(nodes: [NodeBody], health: HealthBody) {
            self.nodes = nodes
            self.health = health
        }
    }

    /// Jobs that ended stay in the table until so many newer ones have.
    package static let mostEnded = 10

    /// The jobs by number.
    package private(set) var jobs: [UInt64: JobSummary] = [:]
    /// The cluster, when known.
    package var cluster: Cluster?
    private let names: Set<String>
    private var notes: [UInt64: String] = [:]

    /// Shows all jobs, or only the runs of the given names.
    package init(only names: Set<String> = []) {
        self.names = names
    }

    /// Whether nothing shown goes on.
    package var isSettled: Bool { jobs.values.allSatisfy(\.isFinal) }

    // MARK: Changes

    /// Takes an event of a stream; gives the number of the job it changed.
    package mutating func take(_ event: ServerSentEvent) -> UInt64? {
        let data = Data(event.data.utf8)
        switch event.kind {
        case .state, .end:
            guard let job = try? JSONDecoder().decode(JobSummary.self, from: data) else {
                return nil
            }
            return take(job) ? job.id : nil
        case .progress:
            guard let progress = try? JSONDecoder().decode(ProgressEvent.self, from: data),
                var job = jobs[progress.id], !job.isFinal
            else { return nil }
            job.progress = progress.progress
            jobs[job.id] = job
            return job.id
        case .fact:
            guard let fact = try? JSONDecoder().decode(EventBody.self, from: data) else {
                return nil
            }
            return take(fact)
        case .log, nil: return nil
        }
    }

    /// Takes a job's summary; false when it is not among those shown.
    package mutating func take(_ job: JobSummary) -> Bool {
        guard names.isEmpty || names.contains(job.name) else { return false }
        // An end is for good; what was still on its way is older.
        if let known = jobs[job.id], known.isFinal, !job.isFinal { return true }
        var job = job
        // A change of state carries no progress when none was reported since.
        if job.progress == nil, !job.isFinal { job.progress = jobs[job.id]?.progress }
        jobs[job.id] = job
        dropOldEnds()
        return true
    }

    private mutating func take(_ fact: EventBody) -> UInt64? {
        guard let job = jobs[fact.jobID], !fact.node.isEmpty, !fact.message.isEmpty,
            fact.reason != "None"
        else { return nil }
        let time = fact.at.map { String($0.dropFirst(11).prefix(8)) } ?? ""
        notes[job.id] = "\(time) \(fact.message)"
        return job.id
    }

    private mutating func dropOldEnds() {
        guard names.isEmpty else { return }
        let ended = jobs.values.filter(\.isFinal).sorted {
            ($0.finishedAt ?? "", $0.id) < ($1.finishedAt ?? "", $1.id)
        }
        for job in ended.dropLast(WatchBoard.mostEnded) {
            jobs[job.id] = nil
            notes[job.id] = nil
        }
    }

    // MARK: Looking

    /// The jobs: running ones first, then waiting, then ended; each by number.
    ///
    /// Jobs that were named stay where they are.
    package var ordered: [JobSummary] {
        func rank(_ job: JobSummary) -> Int {
            !names.isEmpty ? 0 : job.isFinal ? 2 : job.state == "Running" ? 0 : 1
        }
        return jobs.values.sorted { (rank($0), $0.id) < (rank($1), $1.id) }
    }

    /// The table; `now` is in wall-clock milliseconds.
    package func lines(columns: Int, now: Int64) -> [StyledLine] {
        let jobs = ordered
        let nameWidth = min(40, jobs.reduce(4) { max($0, $1.name.unicodeScalars.count) })
        let userWidth = min(16, jobs.reduce(0) { max($0, $1.user.unicodeScalars.count) })
        let rows = jobs.map { job in
            JobLine(job, note: notes[job.id], now: now)
                .table(nameWidth: nameWidth, userWidth: userWidth, columns: columns)
        }
        let head = cluster.map { [clusterLine($0, now: now)] } ?? []
        return head + (rows.isEmpty ? [StyledLine("no jobs", .dim)] : rows)
    }

    /// One line about a job, for output that is no terminal.
    package func line(of id: UInt64, now: Int64) -> StyledLine? {
        jobs[id].map { JobLine($0, note: notes[id], now: now).plain }
    }

    private func clusterLine(_ cluster: Cluster, now: Int64) -> StyledLine {
        let ready = cluster.nodes.filter { $0.state == "Ready" }
        let used = ready.reduce(Int64(0)) { $0 &+ $1.used.milliCPU }
        let offered = ready.reduce(Int64(0)) { $0 &+ $1.capacity.milliCPU }
        let all = cluster.nodes.filter { $0.state != "Left" }.count
        var line = StyledLine("cluster ", .bold)
        line.append("\(ready.count)/\(all) nodes", ready.count < all ? .yellow : nil)
        line.append("  cpu \(used / 1_000)/\(offered / 1_000)")
        let waiting = jobs.values.filter { $0.state == "Pending" }
        line.append("  queued \(waiting.count)")
        let oldest = waiting.compactMap { $0.submittedAt.flatMap(TimeText.milliseconds(of:)) }.min()
        if let oldest { line.append(", oldest \(TimeText.age(milliseconds: now - oldest))") }
        let isWell = cluster.health.status == "ok"
        line.append("  disk \(isWell ? "ok" : cluster.health.status)", isWell ? nil : .red)
        return line
    }
}
