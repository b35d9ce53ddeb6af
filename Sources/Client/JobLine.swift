import ClusterVocabulary
import ControlAPI

/// One job on one line.
struct JobLine {
    private let job: JobSummary
    private let note: String?
    private let now: Int64

    /// Columns of a bar.
    static let barWidth = 10
    /// Values of a command on its line.
    static let mostValues = 4

    init(_ job: JobSummary, note: String?, now: Int64) {
        self.job = job
        self.note = note
        self.now = now
    }

    /// The job as a row of the live table.
    func table(nameWidth: Int, userWidth: Int, columns: Int) -> StyledLine {
        var line = StyledLine(JobLine.padded(job.name, nameWidth), .bold)
        // A narrow terminal keeps what changes.
        if columns >= 100 { line.append("  " + JobLine.padded(job.user, userWidth), .dim) }
        line.append("  " + JobLine.padded(job.state, 9), Style.ofState(job.state))
        if job.isFinal {
            appendEnd(to: &line)
        } else if let progress = job.progress, job.state == "Running" {
            if columns >= 100 { line.append(" " + JobLine.padded(hosts, 8)) }
            if progress.totalRounds > 0 {
                let width = columns >= 80 ? JobLine.barWidth : 8
                line.append(" " + ProgressBar.text(progress.fraction, width: width), .cyan)
                line.append(" " + JobLine.leading(NumberText.percent(progress.fraction), 4))
                appendProgress(progress, to: &line)
            } else {
                appendValues(progress, to: &line)
            }
        } else {
            appendReason(to: &line)
        }
        if let note, !job.isFinal { line.append("  \(note)", .yellow) }
        return line
    }

    /// The job as a line of a log.
    var plain: StyledLine {
        var line = StyledLine("\(job.name)  \(job.state)")
        if job.isFinal {
            appendEnd(to: &line)
        } else if let progress = job.progress, job.state == "Running" {
            line.append("  \(hosts)")
            if progress.totalRounds > 0 {
                line.append("  \(NumberText.percent(progress.fraction))")
                line.append("  round \(progress.completeRounds)/\(progress.totalRounds)")
                appendProgress(progress, to: &line)
            } else {
                appendValues(progress, to: &line)
            }
        } else {
            appendReason(to: &line)
        }
        if let note, !job.isFinal { line.append("  (\(note))") }
        return line
    }

    private var hosts: String {
        let shown = job.hosts.prefix(4).joined(separator: ",")
        return job.hosts.count > 4 ? "\(shown),+\(job.hosts.count - 4)" : shown
    }

    private func appendProgress(_ progress: ProgressBody, to line: inout StyledLine) {
        if let rate = progress.samplesPerSecond {
            line.append("  \(NumberText.quantity(rate)) samples/s")
        }
        if let loss = progress.trainLoss { line.append("  loss \(NumberText.measure(loss))") }
        if let validation = progress.metrics["validation.accuracy"] {
            line.append("  val \(NumberText.measure(validation))")
        }
        if let left = progress.remainingSeconds {
            line.append("  eta \(NumberText.clock(seconds: left))")
        }
    }

    /// A command has no rounds: the values it printed last are how far it is.
    private func appendValues(_ progress: ProgressBody, to line: inout StyledLine) {
        for metric in progress.metrics.items.prefix(JobLine.mostValues) {
            line.append("  \(metric.name) \(NumberText.measure(metric.value))")
        }
    }

    private func appendReason(to line: inout StyledLine) {
        if job.reason != "None" { line.append("  \(job.reason)") }
        if !job.message.isEmpty { line.append(": \(job.message)") }
        let since = job.submittedAt.flatMap(TimeText.milliseconds(of:))
        if let since, job.state == "Pending" {
            line.append("  waits \(TimeText.age(milliseconds: now - since))", .dim)
        }
    }

    private func appendEnd(to line: inout StyledLine) {
        guard job.state == "Succeeded" else {
            appendReason(to: &line)
            return
        }
        for (name, title) in [("test.accuracy", "test"), ("validation.accuracy", "val")] {
            if let value = job.metrics[name] {
                line.append("  \(title) \(NumberText.measure(value))")
            }
        }
        if let rate = job.samplesPerSecond {
            line.append("  \(NumberText.quantity(rate)) samples/s")
        }
        if let start = job.startedAt.flatMap(TimeText.milliseconds(of:)),
            let end = job.finishedAt.flatMap(TimeText.milliseconds(of:))
        {
            line.append("  \(NumberText.fixed(Double(end - start) / 1_000, 1)) s")
        }
        if !job.model.isEmpty { line.append("  \(job.model)") }
        if !job.sha256.isEmpty { line.append("  sha256:\(job.sha256)", .dim) }
    }

    static func padded(_ text: String, _ width: Int) -> String {
        let count = text.unicodeScalars.count
        if count > width, width > 0 {
            return String(String.UnicodeScalarView(text.unicodeScalars.prefix(width - 1))) + "…"
        }
        return text + String(repeating: " ", count: width - count)
    }

    static func leading(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
    }
}
