package import ClusterVocabulary

/// What a trial is: a document with places for the parameters' values.
package struct TrialTemplate: Sendable, Equatable {
    /// How a placeholder names its value.
    enum Placeholders: Sendable, Equatable {
        /// `${NAME}` is the parameter of that name; other `${…}` stay.
        case names
        /// `${trialParameters.NAME}`, each with the parameter or the field of the trial it means.
        case katib([String: String])
    }

    /// The document.
    var root: YAMLNode
    /// The text the positions count in, for diagnostics.
    let source: SourceText
    /// The file it came from, as the person named it.
    package let file: String
    /// How placeholders look.
    let placeholders: Placeholders

    /// Equal documents make equal templates, wherever they stood.
    package static func == (left: TrialTemplate, right: TrialTemplate) -> Bool {
        left.placeholders == right.placeholders && left.canonicalLines == right.canonicalLines
    }

    /// The document as YAML lines.
    var canonicalLines: [String] { root.blockLines() }

    /// The kind of the document, such as `TrainJob`.
    package var kind: String { root[field: "kind"]?.scalarText ?? "" }

    /// One trial's job.
    package enum Job: Sendable {
        /// A training job.
        case trainJob(TrainJobSpecification)
        /// A command job.
        case command(CommandJobSpecification)

        /// The metrics it reports; `nil` when only the program knows.
        package var metricNames: [String]? {
            switch self {
            case .trainJob(let job): job.metricNames
            case .command: nil
            }
        }

        /// Those of them that are there while it runs; `nil` when only the program knows.
        package var runningMetricNames: [String]? {
            switch self {
            case .trainJob(let job): job.runningMetricNames
            case .command: nil
            }
        }

        /// The last step it reports; `nil` when only the program knows.
        package var mostSteps: Int? {
            switch self {
            case .trainJob(let job): job.epochs
            case .command: nil
            }
        }
    }

    /// One trial's document, read and checked.
    package enum Rendering: Sendable {
        /// The job.
        case job(Job)
        /// What is wrong with it.
        case refused([Diagnostic])
    }

    /// How far one trial trains, and what the template calls that.
    package struct Budget: Sendable, Equatable {
        /// The placeholder that stands for it.
        package var name: String
        /// The step up to which the trial trains.
        package var amount: Int

        /// Names an amount.
        package init(name: String, amount: Int) {
            self.name = name
            self.amount = amount
        }
    }

    /// Puts values in and reads the result; `name` and `labels` become the job's own.
    package func render(
        _ values: [TrialAssignment], of parameters: [ParameterSpecification], name: String,
        namespace: String, labels: [Label] = [], budget: Budget? = nil
    ) -> Rendering {
        var overrides: [Override] = []
        for value in values {
            guard let parameter = parameters.first(where: { $0.name == value.name }),
                let path = parameter.path,
                let override = try? Override(
                    parsing: "\(path)=\(parameter.yaml(value.value))")
            else { continue }
            overrides.append(override)
        }
        let collector = DiagnosticCollector(file: file, source: source, overrides: overrides)
        var document = substitution(
            values, parameters, name: name, namespace: namespace, budget: budget
        ).applied(to: root)
        OverrideApplication(overrides, collector: collector).apply(to: &document)
        document.set(field: "name", to: name, in: "metadata")
        document.set(field: "namespace", to: namespace, in: "metadata")
        let read = SpecificationReader.readDocument(document, collector: collector)
        guard collector.count == 0, let read else {
            return .refused(collector.diagnostics())
        }
        func merged(_ written: [Label]) -> [Label] {
            let own = labels.filter { label in !written.contains { $0.key == label.key } }
            return (written + own).sorted { $0.key < $1.key }
        }
        switch read {
        case .train(var job):
            job.labels = merged(job.labels)
            return .job(.trainJob(job))
        case .command(var job):
            job.labels = merged(job.labels)
            return .job(.command(job))
        }
    }

    private func substitution(
        _ values: [TrialAssignment], _ parameters: [ParameterSpecification], name: String,
        namespace: String, budget: Budget?
    ) -> PlaceholderSubstitution {
        var texts: [String: PlaceholderSubstitution.Value] = [:]
        if let budget {
            let text = String(budget.amount)
            texts[budget.name] = .init(text: text, yaml: text)
        }
        for value in values {
            guard let parameter = parameters.first(where: { $0.name == value.name }) else {
                continue
            }
            let yaml = parameter.yaml(value.value)
            texts[value.name] = .init(text: value.value.description, yaml: yaml)
        }
        switch placeholders {
        case .names:
            return PlaceholderSubstitution(prefix: "", values: texts)
        case .katib(let references):
            var named: [String: PlaceholderSubstitution.Value] = [:]
            for (key, reference) in references {
                named[key] = texts[reference] ?? fieldOfTrial(reference, name, namespace)
            }
            return PlaceholderSubstitution(prefix: "trialParameters.", values: named)
        }
    }

    /// `${trialSpec.Name}` and its like.
    private func fieldOfTrial(
        _ reference: String, _ name: String, _ namespace: String
    ) -> PlaceholderSubstitution.Value? {
        let text: String?
        switch reference {
        case "${trialSpec.Name}": text = name
        case "${trialSpec.Namespace}": text = namespace
        case "${trialSpec.Kind}": text = kind
        case "${trialSpec.APIVersion}": text = root[field: "apiVersion"]?.scalarText
        default:
            let parts = [
                ("${trialSpec.Labels[", "labels"), ("${trialSpec.Annotations[", "annotations"),
            ]
            text =
                parts.lazy.compactMap { prefix, field -> String? in
                    guard reference.hasPrefix(prefix), reference.hasSuffix("]}") else { return nil }
                    let key = String(reference.dropFirst(prefix.count).dropLast(2))
                    return root[field: "metadata"]?[field: field]?[field: key]?.scalarText
                }.first
        }
        return text.map { .init(text: $0, yaml: CanonicalYAML.text($0)) }
    }
}

extension TrialTemplate {
    /// The fields of a job, below its `spec`, that say which files it reads.
    package static let fileFields = ["workdir", "initial", "data.source"]

    /// The template with its working folder packed.
    package func withWorkdir(_ archive: StoredArchive) -> TrialTemplate {
        var copy = self
        let text = "{artifact: {sha256: \"\(archive.digest)\", bytes: \(archive.byteCount)}}"
        let collector = DiagnosticCollector(file: "", source: SourceText(""))
        let parsed = DocumentParser(collector: collector).documents(of: SourceText(text)).first
        guard let parsed, var spec = copy.root[field: "spec"] else { return self }
        spec.set(field: "workdir", to: parsed)
        copy.root.set(field: "spec", to: spec)
        return copy
    }

    /// The template with its data by content.
    package func withData(_ reference: DatasetReference) -> TrialTemplate {
        var copy = self
        let lines = TrainJobSpecification.artifactLines(reference).joined(separator: "\n")
        let collector = DiagnosticCollector(file: "", source: SourceText(""))
        let parsed = DocumentParser(collector: collector).documents(of: SourceText(lines)).first
        guard let parsed, var spec = copy.root[field: "spec"], var data = spec[field: "data"] else {
            return self
        }
        data.set(field: "source", to: parsed)
        spec.set(field: "data", to: data)
        copy.root.set(field: "spec", to: spec)
        return copy
    }
}
