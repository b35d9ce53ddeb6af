import ClusterVocabulary
import ControlAPI

/// Jobs as a table for people.
struct JobTable {
    private let isWide: Bool
    private let now: Int64
    private var table: TextTable

    /// Starts a table; `now` is in wall-clock milliseconds.
    init(isWide: Bool, now: Int64, rowCapacity: Int) {
        self.isWide = isWide
        self.now = now
        let narrow: [(title: String, alignment: TextTable.Alignment)] = [
            ("NAME", .leading), ("USER", .leading), ("STATE", .leading), ("REASON", .leading),
            ("HOSTS", .leading), ("PROGRESS", .trailing), ("RATE", .trailing),
            ("AGE", .trailing),
        ]
        let wide: [(title: String, alignment: TextTable.Alignment)] = [
            ("NAMESPACE", .leading), ("REPLICAS", .trailing), ("LOSS", .trailing),
            ("VALIDATION", .trailing), ("TEST", .trailing), ("MODEL", .leading),
            ("SHA256", .leading),
        ]
        table = TextTable(isWide ? narrow + wide : narrow, rowCapacity: rowCapacity)
    }

    /// The laid out text.
    var bytes: [UInt8] { table.bytes }

    /// Adds a job.
    mutating func append(_ job: JobRecord, progress: TrainingProgress?) {
        let rate = job.samplesPerSecond > 0 ? job.samplesPerSecond : progress?.samplesPerSecond
        var cells = [
            job.fullName, job.user, job.state.word,
            job.reason.code == .none ? "" : job.reason.code.cachedWord, JobTable.hosts(job),
            JobTable.progress(job, progress), JobTable.rate(rate ?? 0),
            TimeText.age(milliseconds: now - job.submittedAt),
        ]
        if isWide { cells += JobTable.wideCells(job, progress) }
        table.append(cells)
    }

    private static func wideCells(_ job: JobRecord, _ progress: TrainingProgress?) -> [String] {
        let metrics = job.model?.metrics ?? progress?.metrics ?? []
        func metric(_ name: String) -> String {
            guard let found = metrics.first(where: { $0.name == name }) else { return "" }
            return decimals(found.value)
        }
        let loss = progress.map { decimals($0.trainLoss) } ?? metric("train.loss")
        return [
            job.namespace, String(job.work.replicas), loss, metric("validation.accuracy"),
            metric("test.accuracy"), job.modelName,
            String((job.model?.weightsDigest ?? "").prefix(12)),
        ]
    }

    private static func hosts(_ job: JobRecord) -> String {
        let hosts = job.hosts
        let shown = hosts.prefix(3).map(\.name).joined(separator: ",")
        return hosts.count > 3 ? "\(shown),+\(hosts.count - 3)" : shown
    }

    private static func progress(_ job: JobRecord, _ progress: TrainingProgress?) -> String {
        if job.state == .succeeded { return "100%" }
        guard let progress, progress.totalRounds > 0 else { return "" }
        let share = Double(progress.completeRounds) / Double(progress.totalRounds)
        return "\(Int(min(1, max(0, share)) * 100))%"
    }

    /// `96k/s`, `1.2M/s`; empty when unknown.
    private static func rate(_ rate: Double) -> String {
        guard rate.isFinite, rate > 0, rate < 1e15 else { return "" }
        switch rate {
        case ..<1_000: return "\(Int(rate))/s"
        case ..<10_000: return "\(tenths(rate / 1_000))k/s"
        case ..<1_000_000: return "\(Int(rate / 1_000))k/s"
        default: return "\(tenths(rate / 1_000_000))M/s"
        }
    }

    private static func tenths(_ value: Double) -> String {
        let scaled = Int(value * 10)
        return "\(scaled / 10).\(scaled % 10)"
    }

    /// Four digits behind the point, without a locale.
    private static func decimals(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "" }
        let scaled = Int((abs(value) * 10_000).rounded())
        let digits = String(scaled % 10_000)
        let fraction = String(repeating: "0", count: 4 - digits.count) + digits
        return "\(value < 0 ? "-" : "")\(scaled / 10_000).\(fraction)"
    }
}
