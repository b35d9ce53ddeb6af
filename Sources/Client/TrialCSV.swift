import ClusterVocabulary
package import ControlAPI

/// Trials as comma-separated values: one line each, a column for each parameter and metric.
package enum TrialCSV {
    /// The text with a title line.
    package static func text(_ trials: [TrialBody], of experiment: ExperimentBody) -> String {
        var metrics: [String] = []
        for trial in trials {
            for metric in trial.metrics.items where !metrics.contains(metric.name) {
                metrics.append(metric.name)
            }
        }
        metrics.sort()
        let objectives = experiment.objectives.map { "objective:\($0.metric)" }
        let titles =
            ["trial", "name", "state", "reason", "message"] + objectives
            + experiment.parameters.map { "parameter:\($0)" } + metrics.map { "metric:\($0)" }
            + ["lastStep", "seconds", "createdAt", "finishedAt", "decision"]
        var lines = [titles.map(cell).joined(separator: ",")]
        for trial in trials {
            var cells = [
                String(trial.number), trial.name, trial.state, trial.reason, trial.message,
            ]
            cells += experiment.objectives.indices.map { index in
                let value = trial.values.indices.contains(index) ? trial.values[index] : nil
                return value.map { "\($0)" } ?? ""
            }
            cells += experiment.parameters.map { trial.parameters[$0]?.description ?? "" }
            cells += metrics.map { trial.metrics[$0].map { "\($0)" } ?? "" }
            cells += [
                String(trial.lastStep), "\(trial.seconds)", trial.createdAt ?? "",
                trial.finishedAt ?? "", trial.decision,
            ]
            lines.append(cells.map(cell).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A cell, quoted where it has to be (RFC 4180).
    private static func cell(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else { return text }
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"" + parts.joined(separator: "\"\"") + "\""
    }
}
