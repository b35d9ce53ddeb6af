import ClusterVocabulary
import Search

extension ExperimentSpecification {
    /// The document with every default written out and its template inside, ending in a line
    /// break; ``SpecificationReader`` reads it back to an equal specification.
    package func canonicalYAML() -> String {
        var lines = ["apiVersion: mlctl.dev/v1", "kind: Experiment", "metadata:"]
        lines.append("  name: \(CanonicalYAML.text(name))")
        lines.append("  namespace: \(CanonicalYAML.text(namespace))")
        for (title, entries) in [("labels", labels), ("annotations", annotations)]
        where !entries.isEmpty {
            lines.append("  \(title):")
            lines += entries.map {
                "    \(CanonicalYAML.text($0.key)): \(CanonicalYAML.text($0.value))"
            }
        }
        lines.append("spec:")
        lines += objectiveLines() + searchLines()
        lines.append("  parameters:")
        for parameter in parameters {
            let parent = parameters.first { $0.name == parameter.condition?.parent }
            lines += parameter.canonicalLines(parent: parent)
        }
        if !enqueued.isEmpty {
            lines.append("  enqueue:")
            lines += enqueued.map { point in
                let values = point.map { value in
                    let yaml =
                        parameters.first { $0.name == value.name }?.yaml(value.value)
                        ?? CanonicalYAML.text(value.value.description)
                    return "\(CanonicalYAML.text(value.name)): \(yaml)"
                }
                return "    - {\(values.joined(separator: ", "))}"
            }
        }
        lines.append("  template:")
        if let template {
            lines += template.root.blockLines(indent: "    ")
        } else {
            let timeout = CanonicalYAML.duration(seconds: externalSeconds)
            lines.append("    external: {timeout: \(timeout)}")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func objectiveLines() -> [String] {
        guard objectives.count > 1 else {
            return objectives.map { "  objective: {\($0.canonicalFields)}" }
        }
        return ["  objectives:"] + objectives.map { "    - {\($0.canonicalFields)}" }
    }

    private func searchLines() -> [String] {
        var lines: [String] = []
        let settings = ["seed: \(algorithm.seed)"] + algorithm.settings.map(\.canonical)
        lines.append("  algorithm: {\(algorithm.name): {\(settings.joined(separator: ", "))}}")
        if let rule = earlyStopping {
            let settings = rule.settings.map(\.canonical).joined(separator: ", ")
            lines.append("  earlyStopping: {\(rule.name): {\(settings)}}")
        }
        let failed = limits.mostFailed.map { ", maxFailed: \($0)" } ?? ""
        lines.append("  trials: {max: \(limits.most), parallel: \(limits.parallel)\(failed)}")
        if !warmStart.isEmpty {
            let names = warmStart.map(CanonicalYAML.text).joined(separator: ", ")
            lines.append("  warmStart: [\(names)]")
        }
        lines.append("  compat: \(compatibility.rawValue)")
        if !isResumable { lines.append("  resume: never") }
        if case .katib(let references)? = template?.placeholders {
            lines.append("  trialParameters:")
            lines += references.sorted { $0.key < $1.key }.map {
                "    \(CanonicalYAML.text($0.key)): \(CanonicalYAML.text($0.value))"
            }
        }
        return lines
    }
}

extension ObjectiveSpecification {
    fileprivate var canonicalFields: String {
        var fields = [
            "metric: \(CanonicalYAML.text(metric))", "direction: \(direction.rawValue)",
            "strategy: \(strategy.rawValue)",
        ]
        if let goal { fields.append("goal: \(goal)") }
        return fields.joined(separator: ", ")
    }
}

extension AlgorithmSpecification.Setting {
    fileprivate var canonical: String { "\(name): \(text)" }
}

extension ParameterSpecification {
    fileprivate func canonicalLines(parent: ParameterSpecification?) -> [String] {
        var lines = ["    - name: \(CanonicalYAML.text(name))", "      \(canonicalDomain)"]
        if let condition, let parent {
            let choices = condition.choices.map { parent.choices[$0].yaml }
            lines.append(
                "      when: {\(CanonicalYAML.text(parent.name)): "
                    + "[\(choices.joined(separator: ", "))]}"
            )
        }
        if let path { lines.append("      sets: \(CanonicalYAML.text(path))") }
        return lines
    }

    private var canonicalDomain: String {
        switch domain {
        case .float(let range):
            let isNormal = range.density == .normal
            let isLog = range.scale == .logarithmic
            let kind =
                isNormal ? (isLog ? "logNormal" : "normal") : (isLog ? "logUniform" : "uniform")
            let step = range.step.map { ", step: \($0)" } ?? ""
            return "\(kind): {min: \(range.minimum), max: \(range.maximum)\(step)}"
        case .int(let range):
            let kind = range.scale == .logarithmic ? "logInt" : "int"
            let step = range.step == 1 ? "" : ", step: \(range.step)"
            return "\(kind): {min: \(range.minimum), max: \(range.maximum)\(step)}"
        case .categorical:
            return "categorical: [\(choices.map(\.yaml).joined(separator: ", "))]"
        case .ordinal:
            return "ordinal: [\(choices.map(\.yaml).joined(separator: ", "))]"
        }
    }
}
