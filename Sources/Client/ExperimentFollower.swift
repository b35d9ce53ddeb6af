import ClusterVocabulary
package import ControlAPI

/// Shows an experiment until it has ended: live on a terminal, otherwise a line for each trial that
/// is better than all before.
package struct ExperimentFollower {
    private static let pause = Duration.milliseconds(250)
    /// Running trials shown at once.
    private static let mostShown = 8

    private let client: SchedulerClient
    private let console: Console
    private let channel: Console.Channel

    /// A follower that writes to a stream.
    package init(_ client: SchedulerClient, _ console: Console, on channel: Console.Channel) {
        self.client = client
        self.console = console
        self.channel = channel
    }

    /// Returns the experiment as it ended.
    package func run(_ name: String, namespace: String) async throws -> ExperimentBody {
        var region = LiveRegion(console, on: channel)
        let isLive = console.isTerminal(channel)
        let begun = ContinuousClock.now
        var shown: UInt32 = 0
        var startedWith: Int?
        while true {
            let experiment = try await client.experiment(name, namespace: namespace)
            let ended = experiment.trials.all - experiment.trials.running
            let first = startedWith ?? ended
            startedWith = first
            if let best = experiment.best, best.number != shown, !isLive {
                shown = best.number
                try put("\(best.name) is best: \(ExperimentText.values(best))  \(parameters(best))")
            }
            if experiment.isFinal {
                if isLive { try region.clear() }
                return experiment
            }
            if isLive {
                let running = try await client.trials(
                    of: experiment.name, namespace: namespace, state: "Running",
                    limit: ExperimentFollower.mostShown)
                let elapsed = seconds(ContinuousClock.now - begun)
                let rate = elapsed > 0 ? Double(ended - first) / elapsed : 0
                let left = rate > 0 ? Double(experiment.maxTrials - ended) / rate : .nan
                try region.draw(board(experiment, running, secondsLeft: left))
            }
            try await Task.sleep(for: ExperimentFollower.pause)
        }
    }

    private func put(_ line: String) throws {
        switch channel {
        case .output: try console.line(line)
        case .error: console.note(line)
        }
    }

    private func seconds(_ span: Duration) -> Double {
        Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
    }

    private func parameters(_ trial: TrialBody) -> String {
        trial.parameters.items.map { "\($0.name)=\(shown($0.value.number) ?? "\($0.value)")" }
            .joined(separator: " ")
    }

    private func shown(_ number: Double?) -> String? {
        guard let number, number != number.rounded() else { return nil }
        return NumberText.measure(number)
    }

    private func board(
        _ experiment: ExperimentBody, _ running: [TrialBody], secondsLeft: Double
    ) -> [StyledLine] {
        let ended = experiment.trials.all - experiment.trials.running
        var head = StyledLine("\(experiment.name)  ", .bold)
        head.append(
            ProgressBar.text(Double(ended) / Double(max(1, experiment.maxTrials)), width: 20), .cyan
        )
        head.append("  \(ExperimentText.counts(experiment))")
        if secondsLeft.isFinite { head.append("  eta \(NumberText.clock(seconds: secondsLeft))") }
        var lines = [head]
        if let best = experiment.best {
            var line = StyledLine("  best \(best.name)  ")
            line.append(ExperimentText.values(best), .green)
            line.append("  \(parameters(best))")
            lines.append(line)
        }
        for trial in running {
            let curve = ExperimentText.sparkline(trial.curve.compactMap(\.value), width: 16)
            var line = StyledLine("  \(trial.name)  ")
            line.append(curve, .cyan)
            line.append("  \(ExperimentText.values(trial))  \(parameters(trial))")
            lines.append(line)
        }
        return lines
    }
}
