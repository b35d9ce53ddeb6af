/// The experiment that a sweep on the command line amounts to, as a document.
package struct SweepDocument: Sendable {
    /// The name of the experiment.
    package var name: String
    /// The file of the job that a trial is; empty with a command.
    package var file: String
    /// The words of the command that a trial is; `{name}` stands for a parameter's value.
    package var command: [String] = []
    /// What is varied.
    package var spaces: [SweepSpace]
    /// The objective's metric and `min` or `max` behind a colon.
    package var metric: String
    /// The experiment ends at this value.
    package var goal: Double?
    /// How many trials.
    package var trials: Int?
    /// How many at once.
    package var parallel: Int?
    /// How values are chosen.
    package var algorithm: String
    /// The seed of the algorithm.
    package var seed: UInt64
    /// When trials are ended early; `nil` means never.
    package var earlyStopping: String?

    /// Makes a sweep.
    package init(
        name: String, file: String, spaces: [SweepSpace], metric: String, goal: Double?,
        trials: Int?, parallel: Int?, algorithm: String, seed: UInt64, earlyStopping: String?
    ) {
        self.name = name
        self.file = file
        self.spaces = spaces
        self.metric = metric
        self.goal = goal
        self.trials = trials
        self.parallel = parallel
        self.algorithm = algorithm
        self.seed = seed
        self.earlyStopping = earlyStopping
    }

    /// The folder a command starts in.
    package var workdir = "."
    /// What a command takes, as the fields of `resources`.
    package var resources = "cpu: 1"

    /// The document, YAML.
    package func text() throws(ClientFailure) -> String {
        guard let colon = metric.lastIndex(of: ":"),
            let direction = ["min": "minimize", "max": "maximize"][
                String(metric[metric.index(after: colon)...])]
        else {
            throw ClientFailure(
                .wrongUsage,
                "--metric \(metric): expected METRIC:max or METRIC:min, such as"
                    + " validation.accuracy:max")
        }
        var lines = [
            "apiVersion: mlctl.dev/v1", "kind: Experiment",
            "metadata: {name: \(quoted(name))}", "spec:",
        ]
        let goal = goal.map { ", goal: \($0)" } ?? ""
        lines.append(
            "  objective: {metric: \(quoted(String(metric[..<colon]))),"
                + " direction: \(direction)\(goal)}")
        lines.append("  algorithm: {\(algorithm): {seed: \(seed)}}")
        if let earlyStopping { lines.append("  earlyStopping: \(earlyStopping)") }
        let limits = [trials.map { "max: \($0)" }, parallel.map { "parallel: \($0)" }]
            .compactMap { $0 }.joined(separator: ", ")
        lines.append("  trials: {\(limits)}")
        lines.append("  parameters:")
        for space in spaces {
            lines.append(
                command.isEmpty
                    ? "    - {name: \(quoted(shortName(of: space))), \(space.domain),"
                        + " sets: \(quoted(space.name))}"
                    : "    - {name: \(quoted(space.name)), \(space.domain)}")
        }
        guard !command.isEmpty else {
            lines.append("  template: {file: \(quoted(file))}")
            return lines.joined(separator: "\n") + "\n"
        }
        let words = command.map { word in
            spaces.reduce(word) { text, space in
                text.split(separator: "{\(space.name)}", omittingEmptySubsequences: false)
                    .joined(separator: "${\(space.name)}")
            }
        }
        lines += [
            "  template:", "    apiVersion: mlctl.dev/v1", "    kind: Job", "    spec:",
            "      command: [\(words.map(quoted).joined(separator: ", "))]",
            "      workdir: \(quoted(workdir))", "      metrics: {stdout: {}}",
            "      resources: {\(resources)}",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The last part of a path, or all of it when two paths end alike.
    private func shortName(of space: SweepSpace) -> String {
        func last(_ name: String) -> String {
            name.split(separator: ".").last.map(String.init) ?? name
        }
        let own = last(space.name)
        return spaces.filter { last($0.name) == own }.count == 1 ? own : space.name
    }

    private func quoted(_ text: String) -> String {
        let escaped = text.map { character -> String in
            switch character {
            case "\"": "\\\""
            case "\\": "\\\\"
            default: String(character)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
