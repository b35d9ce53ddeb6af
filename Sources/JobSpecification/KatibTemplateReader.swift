import ClusterVocabulary

/// Reads Katib's `spec.trialTemplate`: a Kubernetes object with placeholders becomes a job of ours.
struct KatibTemplateReader {
    let collector: DiagnosticCollector
    let source: SourceText
    let file: String

    /// Fields of the trial that a reference can mean.
    private static let fields = [
        "${trialSpec.Name}", "${trialSpec.Namespace}", "${trialSpec.Kind}",
        "${trialSpec.APIVersion}",
    ]

    /// The template, or nothing when anything was reported.
    func read(
        _ spec: FieldReader, parameters: [ParameterSpecification],
        metrics: MetricSource
    ) -> TrialTemplate? {
        let before = collector.count
        spec.require(
            "trialTemplate", "trialTemplate: {trialParameters: […], trialSpec: {…}}")
        let reader = spec.section("trialTemplate")
        let references = readReferences(reader, parameters)
        let primary = reader.text("primaryContainerName") { _ in nil }
        // Which pod to look at: our trials have one place.
        _ = reader.entry("primaryPodLabels")
        _ = reader.boolean("retain")
        readCondition(reader, "successCondition", allowed: ["Complete", "Succeeded"])
        readCondition(reader, "failureCondition", allowed: ["Failed"])
        reader.refuse(
            "configMap",
            "there are no config maps here: write the template under trialSpec")
        reader.require("trialSpec", "trialSpec: {apiVersion: batch/v1, kind: Job, spec: …}")
        let object = reader.value("trialSpec")
        reader.finish()
        guard let object, collector.count == before else { return nil }
        let path = reader.path("trialSpec")
        checkPlaceholders(object, references, path)
        guard
            let root = KatibTrialObject(collector: collector, primary: primary, metrics: metrics)
                .job(object, path: path), collector.count == before
        else { return nil }
        // What Katib puts into the environment of a trial, beside what the manifest names.
        var known = references
        if object[field: "apiVersion"]?.scalarText == "batch/v1" {
            known[KatibTrialObject.trialName] = "${trialSpec.Name}"
        }
        return TrialTemplate(
            root: root, source: source, file: file, placeholders: .katib(known))
    }

    private func readReferences(
        _ reader: FieldReader, _ parameters: [ParameterSpecification]
    ) -> [String: String] {
        reader.require(
            "trialParameters",
            "trialParameters: [{name: learningRate, reference: lr}]")
        let items = reader.list("trialParameters", atMost: TrialAssignment.most) ?? []
        var references: [String: String] = [:]
        var used: Set<String> = []
        for (index, item) in items.enumerated() {
            let path = "\(reader.path("trialParameters"))[\(index)]"
            let entry = FieldReader(
                item, path: path, position: item.position, collector: collector)
            entry.require("name", "name: learningRate")
            entry.require("reference", "reference: lr")
            _ = entry.entry("description")
            let name = entry.text("name") { text in
                text.isEmpty || text.contains("{") || text.contains("}")
                    ? "must be a name without braces" : nil
            }
            let reference = entry.text("reference") { $0.isEmpty ? "must not be empty" : nil }
            entry.finish()
            guard let name, let reference else { continue }
            let isField =
                KatibTemplateReader.fields.contains(reference)
                || reference.hasPrefix("${trialSpec.Labels[")
                || reference.hasPrefix("${trialSpec.Annotations[")
            if !isField, !parameters.contains(where: { $0.name == reference }) {
                let hint = NearestName.hint(for: reference, among: parameters.map(\.name))
                entry.report(
                    "reference", "\(YAMLNode.quoted(reference)) is no parameter\(hint)")
            }
            if references[name] != nil { entry.report("name", "is given twice") }
            if !used.insert(reference).inserted { entry.report("reference", "is given twice") }
            references[name] = reference
        }
        return references
    }

    /// Katib's expressions over the object's conditions; only the usual ones mean something here.
    private func readCondition(_ reader: FieldReader, _ name: String, allowed: [String]) {
        guard let text = reader.scalar(name, "an expression")?.text else { return }
        let isUsual =
            text.contains("status.conditions") && allowed.contains { text.contains($0) }
        if !isUsual {
            reader.report(
                name,
                "a trial has succeeded when its job has, and failed when it has; leave this"
                    + " out")
        }
    }

    private func checkPlaceholders(
        _ object: YAMLNode, _ references: [String: String], _ path: String
    ) {
        let prefix = "trialParameters."
        var seen: Set<String> = []
        for (name, position) in PlaceholderSubstitution.names(in: object)
        where name.hasPrefix(prefix) {
            let key = String(name.dropFirst(prefix.count))
            seen.insert(key)
            if references[key] == nil {
                let hint = NearestName.hint(for: key, among: references.keys.sorted())
                collector.report(
                    position, path, "${\(name.prefix(60))} is no trial parameter\(hint)")
            }
        }
        for key in references.keys.sorted() where !seen.contains(key) {
            collector.report(
                object.position, path, "the trial parameter \(YAMLNode.quoted(key)) is not used")
        }
    }
}
