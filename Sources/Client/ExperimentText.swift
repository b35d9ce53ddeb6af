import ClusterVocabulary
package import ControlAPI

/// An experiment as lines for people.
package enum ExperimentText {
    /// Everything about an experiment.
    package static func lines(_ experiment: ExperimentBody) -> [StyledLine] {
        var head = StyledLine("\(experiment.name)  ", .bold)
        head.append(experiment.state, Style.ofState(experiment.state))
        if !experiment.message.isEmpty {
            head.append("  \(experiment.reason): \(experiment.message)")
        }
        var lines = [head]
        for objective in experiment.objectives {
            let goal = objective.goal.map { ", goal \($0)" } ?? ""
            lines.append(
                StyledLine("objective   \(objective.direction) \(objective.metric)\(goal)"))
        }
        lines.append(
            StyledLine(
                "algorithm   \(experiment.algorithm) over "
                    + experiment.parameters.joined(separator: ", ")))
        lines.append(StyledLine("trials      \(counts(experiment))"))
        lines.append(
            StyledLine("submitted   \(experiment.submittedAt ?? "-") by \(experiment.user)"))
        if let finished = experiment.finishedAt {
            lines.append(StyledLine("finished    \(finished)"))
        }
        if let best = experiment.best {
            var line = StyledLine("best        ")
            line.append("\(best.name)  \(values(best))", .green)
            lines.append(line)
            for parameter in best.parameters.items {
                lines.append(StyledLine("            \(parameter.name) = \(parameter.value)"))
            }
            lines.append(StyledLine("            \(best.decision)", .dim))
        } else {
            lines.append(StyledLine("best        none yet"))
        }
        if experiment.isFinal, experiment.state != "Cancelled" {
            lines.append(
                StyledLine(
                    "next        mlctl experiment resume \(experiment.name) --trials"
                        + " \(experiment.maxTrials * 2)", .dim))
        }
        return lines
    }

    /// `12 of 50: 3 running, 8 succeeded, 1 failed`.
    package static func counts(_ experiment: ExperimentBody) -> String {
        let trials = experiment.trials
        let parts = [
            (trials.running, "running"), (trials.succeeded, "succeeded"),
            (trials.paused, "paused"), (trials.stopped, "stopped early"), (trials.failed, "failed"),
            (trials.unavailable, "without metrics"), (trials.cancelled, "cancelled"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let tail = parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
        return
            "\(trials.all) of \(experiment.maxTrials)\(tail), \(experiment.parallelTrials) at once"
    }

    /// The objectives' values of a trial.
    package static func values(_ trial: TrialBody) -> String {
        trial.values.map { $0.map(NumberText.measure) ?? "-" }.joined(separator: ", ")
    }

    /// A curve as blocks of eight heights.
    package static func sparkline(_ values: [Double], width: Int) -> String {
        let finite = values.filter(\.isFinite).suffix(width)
        guard let least = finite.min(), let most = finite.max() else { return "" }
        let blocks = Array("▁▂▃▄▅▆▇█")
        return String(
            finite.map { value in
                let share = most > least ? (value - least) / (most - least) : 0.5
                return blocks[min(7, max(0, Int(share * 8)))]
            })
    }
}
