package import ClusterVocabulary
package import SchedulerCore
import Synchronization

/// The committed state, for readers of any thread: what they see is durable.
///
/// The loop writes it after every commit; it holds own copies, never the core's tables.
package final class CommittedView: Sendable {
    private struct Tables {
        var jobs: [JobID: CommittedJob] = [:]
        var order: [JobID] = []
        var runs: [String: JobID] = [:]
        var newest: [String: JobID] = [:]
        var progress: [JobID: TrainingProgress] = [:]
        var nodes: [NodeSummary] = []
        var models: [ModelRecord] = []
        /// The highest run of each bare name, deleted ones included.
        var lastRuns: [String: UInt32] = [:]

        /// Whether `NAMESPACE/NAME-RUN` was once given to a run.
        func hasEnded(_ key: String) -> Bool {
            guard let dash = key.lastIndex(of: "-"),
                let run = UInt32(key[key.index(after: dash)...]),
                let last = lastRuns[String(key[..<dash])]
            else { return false }
            return (1...max(1, last)).contains(run)
        }
    }

    private let tables = Mutex(Tables())
    /// Experiments and their trials.
    package let experiments = CommittedExperiments()

    init() {}

    /// A job by its number.
    package func job(_ id: JobID) -> JobRecord? {
        tables.withLock { $0.jobs[id]?.record }
    }

    /// A job by `name-run`, or the newest run of a bare name.
    package func job(namespace: String, name: String) -> JobRecord? {
        tables.withLock { tables in
            let key = "\(namespace)/\(name)"
            if let id = tables.runs[key] { return tables.jobs[id]?.record }
            // The name of a run that was deleted is not the bare name of others.
            guard !tables.hasEnded(key), let id = tables.newest[key] else { return nil }
            return tables.jobs[id]?.record
        }
    }

    /// All jobs of a namespace, or of all, in order of acceptance.
    package func jobs(namespace: String?) -> [CommittedJob] {
        let jobs = tables.withLock { tables in tables.order.compactMap { tables.jobs[$0] } }
        guard let namespace else { return jobs }
        return jobs.filter { $0.record.namespace == namespace }
    }

    /// The newest progress report of a running job.
    package func progress(_ job: JobID) -> TrainingProgress? {
        tables.withLock { $0.progress[job] }
    }

    /// All nodes by name.
    package func nodes() -> [NodeSummary] {
        tables.withLock { $0.nodes }
    }

    /// All models of a namespace, oldest first.
    package func models(namespace: String) -> [ModelRecord] {
        tables.withLock { $0.models.filter { $0.namespace == namespace } }
    }

    /// A model by `name@version`, or the newest version of a bare name.
    package func model(namespace: String, name: String) -> ModelRecord? {
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let version = parts.count == 2 ? UInt32(parts[1]) : nil
        if parts.count == 2, version == nil { return nil }
        return models(namespace: namespace).last { model in
            model.name == parts[0] && (version == nil || model.version == version)
        }
    }

    /// Takes over the highest runs ever given, at a start.
    func recover(lastRuns: [String: UInt32]) {
        tables.withLock { $0.lastRuns = lastRuns }
    }

    /// Takes over what was committed.
    func update(
        jobs: [JobRecord], deleted: [JobID], models: [ModelRecord], nodes: [NodeSummary]?,
        progress: [TrainingProgress]
    ) {
        tables.withLock { tables in
            for job in jobs { CommittedView.put(job, into: &tables) }
            for id in deleted { CommittedView.remove(id, from: &tables) }
            tables.models += models
            if let nodes { tables.nodes = nodes }
            for report in progress where tables.jobs[report.attempt.job]?.record.state == .running {
                tables.progress[report.attempt.job] = CommittedView.joined(
                    report, with: tables.progress[report.attempt.job],
                    isCommand: tables.jobs[report.attempt.job]?.record.command != nil)
            }
        }
    }

    /// A command tells the values of one line; the newest of every name are shown.
    private static func joined(
        _ report: TrainingProgress, with known: TrainingProgress?, isCommand: Bool
    ) -> TrainingProgress {
        guard isCommand, let known, known.attempt == report.attempt else { return report }
        var joined = report
        let names = Set(report.metrics.map(\.name))
        joined.metrics += known.metrics.filter { !names.contains($0.name) }
        joined.metrics = Array(joined.metrics.sorted { $0.name < $1.name }.prefix(Metric.most))
        return joined
    }

    private static func put(_ job: JobRecord, into tables: inout Tables) {
        if tables.jobs.updateValue(CommittedJob(job), forKey: job.id) == nil {
            tables.order.append(job.id)
            tables.runs["\(job.namespace)/\(job.fullName)"] = job.id
            let key = "\(job.namespace)/\(job.name)"
            tables.lastRuns[key] = max(tables.lastRuns[key] ?? 0, job.run)
            if let known = tables.newest[key], known > job.id { return }
            tables.newest[key] = job.id
        }
        if job.state != .running { tables.progress[job.id] = nil }
    }

    private static func remove(_ id: JobID, from tables: inout Tables) {
        guard let job = tables.jobs.removeValue(forKey: id)?.record else { return }
        tables.order.removeAll { $0 == id }
        tables.runs["\(job.namespace)/\(job.fullName)"] = nil
        tables.progress[id] = nil
        let key = "\(job.namespace)/\(job.name)"
        guard tables.newest[key] == id else { return }
        tables.newest[key] = tables.order.last { other in
            let record = tables.jobs[other]?.record
            return record?.namespace == job.namespace && record?.name == job.name
        }
    }
}

/// One committed job; a reference, so that a list of many costs no copies of their records.
package final class CommittedJob: Sendable {
    /// The job as it was committed.
    package let record: JobRecord

    /// Keeps a record.
    package init(_ record: JobRecord) {
        self.record = record
    }
}
