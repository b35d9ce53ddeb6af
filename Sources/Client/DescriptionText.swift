import ClusterVocabulary
package import ControlAPI

/// Everything about a job, for people.
package struct DescriptionText {
    private let job: JobDescription
    private let log: [String]
    private var lines: [StyledLine] = []

    /// The last lines of a log that are shown.
    package static let logLines = 5

    /// A text about a job; `log` is the end of its log.
    package init(_ job: JobDescription, log: [String]) {
        self.job = job
        self.log = log.suffix(DescriptionText.logLines)
    }

    /// The text.
    package static func lines(_ job: JobDescription, log: [String] = []) -> [StyledLine] {
        var text = DescriptionText(job, log: log)
        text.head()
        text.origin()
        if job.status.command == nil { text.training() } else { text.command() }
        text.course()
        text.results()
        text.endings()
        text.end()
        return text.lines
    }

    private mutating func add(_ title: String, _ text: String) {
        var line = StyledLine("  \(JobLine.padded(title, 12))", .dim)
        line.append(text)
        lines.append(line)
    }

    private mutating func head() {
        let status = job.status
        var line = StyledLine(job.metadata.name, .bold)
        line.append("  \(status.state)", Style.ofState(status.state))
        if status.reason != "None", status.reason != "Completed" {
            line.append(": \(ExplanationText.cause(status.reason, status.message))")
        }
        lines.append(line)
    }

    private mutating func origin() {
        let data = job.metadata
        add("job", "\(data.namespace)/\(data.name), number \(data.id), by \(data.user)")
        if !data.labels.items.isEmpty {
            add("labels", data.labels.items.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
        }
        add("submitted", data.submittedAt ?? "-")
        if let started = job.status.startedAt {
            var text = started
            if let end = job.status.finishedAt {
                text += " to \(end)"
                if let from = TimeText.milliseconds(of: started),
                    let to = TimeText.milliseconds(of: end)
                {
                    text += " (\(NumberText.fixed(Double(to - from) / 1_000, 1)) s)"
                }
            }
            add("ran", text)
        }
    }

    private mutating func training() {
        let spec = job.spec
        let model =
            spec.hidden.isEmpty
            ? spec.model : "mlp [\(spec.hidden.map(String.init).joined(separator: ", "))]"
        add("model", model + (spec.initial.map { ", begun from \($0)" } ?? ""))
        let rate = spec.optimizer == "lbfgs" ? "" : " \(spec.learningRate)"
        add(
            "training",
            "\(spec.replicas) replicas, \(spec.epochs) epochs, batch \(spec.batchSize), "
                + "seed \(spec.seed), \(spec.optimizer)\(rate)"
                + (spec.momentum > 0 ? " momentum \(spec.momentum)" : "")
                + (spec.schedule == "constant" ? "" : ", \(spec.schedule)"))
        let memory = NumberText.bytes(Int(clamping: spec.memoryBytes))
        let cores = NumberText.fixed(Double(spec.milliCPU) / 1_000, 1)
        add("resources", "\(cores) cpu and \(memory) per replica, numerics \(spec.numerics)")
        add("data", "sha256:\(spec.dataset)")
        let frozen = job.status.frozen
        if !frozen.coreType.isEmpty {
            add(
                "frozen",
                "\(rhythm(frozen)), \(frozen.coreType), "
                    + "\(frozen.terms) \(frozen.terms == 1 ? "term" : "terms")")
        }
    }

    /// How often replicas are averaged, in words.
    private func rhythm(_ frozen: JobStatus.Frozen) -> String {
        let outer = frozen.outer == "average" ? "" : " (\(frozen.outer))"
        if let choice = frozen.choice {
            return "averages\(outer) every \(frozen.every) steps, from round \(choice.round) on "
                + "every \(choice.steps)"
        }
        switch frozen.interval {
        case "once": return "averages\(outer) once"
        case "postLocal", "growing":
            return "averages\(outer) \(frozen.interval), \(frozen.every) steps"
        default: return "averages\(outer) every \(frozen.every) steps"
        }
    }

    private mutating func command() {
        guard let command = job.status.command else { return }
        add("command", command.line)
        let spec = job.spec
        let memory = NumberText.bytes(Int(clamping: spec.memoryBytes))
        let cores = NumberText.fixed(Double(spec.milliCPU) / 1_000, 1)
        add(
            "resources",
            "\(command.ranks) \(command.ranks == 1 ? "rank" : "ranks") of \(cores) cpu and "
                + memory)
        if let rank = command.exitRank {
            let words =
                command.signal.map { "signal \($0)" } ?? "exit code \(command.exitCode ?? 0)"
            add("ended", "rank \(rank), \(words)")
        }
        let (program, hosts) = (job.status.failures, command.infrastructureFailures)
        if program + hosts > 0 { add("failures", "program \(program), hosts \(hosts)") }
        for output in command.outputs {
            add(
                "outputs",
                "of rank \(output.firstRank), \(NumberText.bytes(Int(clamping: output.bytes))), "
                    + "sha256:\(output.sha256)")
        }
    }

    private mutating func course() {
        let status = job.status
        if let progress = status.progress, status.state == "Running", status.command == nil {
            var line = StyledLine("  \(JobLine.padded("progress", 12))", .dim)
            line.append(ProgressBar.text(progress.fraction, width: JobLine.barWidth), .cyan)
            line.append(" \(NumberText.percent(progress.fraction))")
            if let left = progress.remainingSeconds {
                line.append("  eta \(NumberText.clock(seconds: left))")
            }
            lines.append(line)
        }
        let total = status.totalRounds.map { " of \($0)" } ?? ""
        if status.command == nil, status.rounds > 0 || status.totalRounds != nil {
            add("rounds", "\(status.rounds)\(total)")
        }
        if let rate = status.samplesPerSecond, status.command == nil {
            add("rate", "\(NumberText.quantity(rate)) samples/s")
        }
        if status.members.isEmpty, !status.hosts.isEmpty {
            add("computed on", status.hosts.joined(separator: ", "))
        }
        if let exchange = status.exchange, exchange.bytesSent > 0 {
            let sent = NumberText.bytes(Int(clamping: exchange.bytesSent))
            let rate = exchange.bytesPerSecond.map {
                ", \(NumberText.bytes(Int(min(max($0, 0), 1e15))))/s"
            }
            add("goodput", "\(NumberText.percent(exchange.goodput)) of the time in local steps")
            add("exchange", "\(sent) sent by a member\(rate ?? "")")
        }
        if let checkpoint = status.checkpoint {
            let bytes = NumberText.bytes(Int(clamping: checkpoint.bytes))
            add("checkpoint", "after round \(checkpoint.round), \(bytes)")
        }
        for member in status.members {
            add(
                "on \(member.node)",
                status.command == nil
                    ? "replicas \(member.firstReplica) to \(member.endReplica - 1), "
                        + "\(member.lanes) at once"
                    : "ranks \(member.firstReplica) to \(member.endReplica - 1)")
        }
    }

    private mutating func results() {
        for metric in job.status.metrics.items {
            let isCount = [".rows", ".samples"].contains { metric.name.hasSuffix($0) }
            let value =
                isCount ? NumberText.fixed(metric.value, 0) : NumberText.measure(metric.value)
            add("metric", "\(metric.name) \(value)")
        }
        if let model = job.status.model {
            add("stored", "\(model.name), \(NumberText.bytes(Int(clamping: model.bytes)))")
            add("sha256", model.sha256)
        }
    }

    private mutating func endings() {
        for ending in job.status.attempts {
            let node = ending.node.isEmpty ? "" : " \(ending.node)"
            add(
                "attempt #\(ending.attempt)",
                "term \(ending.term) ended \(ending.endedAt ?? "-"):\(node) "
                    + ExplanationText.cause(ending.reason, ending.message))
        }
    }

    private mutating func end() {
        if job.status.state == "Failed" || job.status.state == "Running", !log.isEmpty {
            lines.append(StyledLine("  last lines of the log", .dim))
            lines += log.map { StyledLine("    \($0)") }
        }
        let name = job.metadata.name
        let next: String? =
            switch (job.status.state, job.status.reason) {
            case ("Pending", "Suspended"): "mlctl resume \(name)"
            case ("Pending", _): "mlctl explain \(name)"
            case ("Running", _): "mlctl watch \(name)"
            case ("Failed", "TimeLimit"):
                "mlctl rerun \(name) --set runPolicy.timeLimit=…"
            case ("Failed", "Diverged"):
                "mlctl rerun \(name) --set training.optimizer.sgd.learningRate=…"
            case ("Failed", "BadData"): "correct the data and submit again"
            case ("Failed", _): "mlctl logs \(name), then mlctl rerun \(name)"
            case ("Succeeded", _) where !(job.status.command?.outputs.isEmpty ?? true):
                "mlctl outputs \(name) -o DIR"
            case ("Succeeded", _):
                job.status.model.map { "mlctl model export \($0.name)" }
            default: nil
            }
        if let next { lines.append(StyledLine("next: \(next)", .bold)) }
    }
}
