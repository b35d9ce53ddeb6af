import ClusterVocabulary
import ControlAPI
import JobSpecification
import SchedulerService

/// Experiments as a table for people.
enum ExperimentTable {
    static func text(_ items: [CommittedExperiments.Item], now: Int64) -> String {
        var table = TextTable(
            [
                ("NAME", .leading), ("USER", .leading), ("STATE", .leading), ("REASON", .leading),
                ("ALGORITHM", .leading), ("TRIALS", .trailing), ("RUNNING", .trailing),
                ("FAILED", .trailing), ("OBJECTIVE", .leading), ("BEST", .trailing),
                ("BEST TRIAL", .leading), ("AGE", .trailing),
            ], rowCapacity: items.count)
        for item in items {
            let record = item.record
            let reason = record.reason.code
            table.append([
                record.fullName, record.user, record.state.word,
                reason == .none ? "" : reason.word, item.specification.algorithm.name,
                "\(record.counts.ended)/\(record.limits.most)", String(record.counts[.running]),
                String(record.counts.failed), item.specification.objectives.first?.metric ?? "",
                record.best > 0 ? TrialTable.number(record.bestValue) : "",
                record.best > 0 ? "\(record.fullName)-\(Trial.suffix(record.best))" : "",
                TimeText.age(milliseconds: now - record.submittedAt),
            ])
        }
        return table.text
    }
}

/// Trials as a table for people.
enum TrialTable {
    static func text(_ trials: [Trial], of item: CommittedExperiments.Item, now: Int64) -> String {
        let names = item.specification.parameters.map(\.name)
        let metrics = item.specification.objectives.map(\.metric)
        var columns: [(title: String, alignment: TextTable.Alignment)] = [
            ("NAME", .leading), ("STATE", .leading),
        ]
        for metric in metrics { columns.append((metric.uppercased(), .trailing)) }
        for name in names { columns.append((name, .trailing)) }
        columns += [("STEP", .trailing), ("TIME", .trailing), ("MESSAGE", .leading)]
        var table = TextTable(columns, rowCapacity: trials.count)
        for trial in trials {
            let end = trial.finishedAt > 0 ? trial.finishedAt : now
            var cells = [
                "\(item.record.fullName)-\(Trial.suffix(trial.number))", trial.state.word,
            ]
            cells += metrics.indices.map {
                trial.values.indices.contains($0) ? number(trial.values[$0]) : ""
            }
            cells += names.map { name in
                trial.assignments.first { $0.name == name }.map { shown($0.value) } ?? ""
            }
            let seconds = Double(max(0, end - trial.createdAt)) / 1_000
            cells += [
                trial.lastStep > 0 ? String(trial.lastStep) : "", "\(seconds)s",
                String(trial.reason.message.prefix(80)),
            ]
            table.append(cells)
        }
        return table.text
    }

    private static func shown(_ value: TrialValue) -> String {
        if case .number(let number) = value { return self.number(number) }
        return value.description
    }

    /// Five significant digits.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "" : "\(value)" }
        guard value != 0 else { return "0" }
        let magnitude = abs(value)
        var scale = 1.0
        while magnitude * scale < 10_000, scale < 1e300 { scale *= 10 }
        guard scale > 1, scale < 1e12 else { return value.description }
        return ((value * scale).rounded() / scale).description
    }
}
