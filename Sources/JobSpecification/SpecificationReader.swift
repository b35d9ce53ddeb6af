/// Reads the jobs of a file: all of them, or everything that is wrong with it.
package enum SpecificationReader {
    /// What a file gave: jobs in their order and no diagnostics, or no jobs and diagnostics.
    package struct Reading: Sendable, Equatable {
        /// The jobs of every kind, validated and defaulted; empty when anything is wrong.
        package let documents: [JobDocument]
        /// The experiments, validated and defaulted; empty when anything is wrong.
        package var experiments: [ExperimentSpecification] = []
        /// The problems, ordered by place.
        package let diagnostics: [Diagnostic]
        /// What is accepted and has no effect here, such as the image of a container.
        package var warnings: [Diagnostic] = []

        /// The training jobs among them.
        package var jobs: [TrainJobSpecification] {
            documents.compactMap { if case .train(let job) = $0 { job } else { nil } }
        }
    }

    static let apiVersion = "mlctl.dev/v1"

    /// Reads a text of one or more documents.
    ///
    /// Never traps, whatever the text; every bound of ``Limits`` is a diagnostic.
    /// - Parameters:
    ///   - text: the documents.
    ///   - file: how the person named the file, for diagnostics only.
    ///   - overrides: applied to every document, in order, before it is validated.
    ///   - templates: reads the files that experiments name as templates.
    package static func read(
        _ text: String, file: String, overrides: [Override] = [],
        templates: TemplateFiles = .none
    ) -> Reading {
        let source = SourceText(text.utf8.count <= Limits.textBytes ? text : "")
        let collector = DiagnosticCollector(file: file, source: source, overrides: overrides)
        let start = SourcePosition(origin: 0, line: 1, column: 1)
        func refused() -> Reading {
            Reading(documents: [], diagnostics: collector.diagnostics())
        }
        guard text.utf8.count <= Limits.textBytes else {
            collector.report(start, "", "the file is longer than \(Limits.textBytes) bytes")
            return refused()
        }
        guard overrides.count <= Limits.overrides else {
            collector.report(start, "", "more than \(Limits.overrides) overrides")
            return refused()
        }
        let documents = DocumentParser(collector: collector).documents(of: source)
        if documents.isEmpty, collector.count == 0 {
            collector.report(start, "", "the file contains no document")
        }
        let application = OverrideApplication(overrides, collector: collector)
        var jobs: [JobDocument] = []
        var experiments: [ExperimentSpecification] = []
        for var document in documents {
            application.apply(to: &document)
            if isExperiment(document) {
                let reader = ExperimentReader(
                    collector: collector, source: source, file: file, templates: templates)
                if let experiment = reader.read(document: document) {
                    experiments.append(experiment)
                }
                continue
            }
            if let job = readDocument(document, collector: collector) { jobs.append(job) }
        }
        guard collector.count == 0 else { return refused() }
        return Reading(
            documents: jobs, experiments: experiments, diagnostics: [],
            warnings: collector.warnings)
    }

    /// Whether the document is a search, ours or Katib's.
    private static func isExperiment(_ document: YAMLNode) -> Bool {
        let version = document[field: "apiVersion"]?.scalarText
        return document[field: "kind"]?.scalarText == "Experiment"
            && (version == apiVersion || version == KatibExperimentReader.apiVersion)
    }

    /// Reads one document of a job.
    static func readDocument(
        _ document: YAMLNode, collector: DiagnosticCollector
    ) -> JobDocument? {
        guard case .mapping = document.content else {
            let message = "expected a map with apiVersion, kind, metadata and spec"
            collector.report(document.position, "", "\(message), found \(document.found)")
            return nil
        }
        let root = FieldReader(
            document, path: "", position: document.position, collector: collector)
        root.require("apiVersion", "apiVersion: \(apiVersion)")
        root.require("kind", "kind: TrainJob")
        let version = root.scalar("apiVersion", "a text")?.text
        let kind = root.scalar("kind", "a text")?.text
        if let version, version != apiVersion {
            refuse(version, root)
            return nil
        }
        switch kind {
        case nil: return nil
        case "TrainJob":
            return TrainJobReader(collector: collector).read(root).map { .train($0) }
        case "Job": return CommandJobReader(collector: collector).read(root).map { .command($0) }
        case "Experiment":
            root.report("kind", "an experiment cannot be the trial of another one")
        case "Cluster":
            root.report(
                "kind", "kind Cluster is not a job: give the file to mlctl scheduler --config")
        case let other?:
            let hint = NearestName.hint(for: other, among: ["TrainJob", "Job", "Experiment"])
            root.report("kind", "unknown kind \(YAMLNode.quoted(other))\(hint)")
        }
        return nil
    }

    private static func refuse(_ version: String, _ root: FieldReader) {
        let name = YAMLNode.quoted(version)
        let isKubeflow = ["kubeflow.org/", "trainer.kubeflow.org/"].contains {
            version.hasPrefix($0)
        }
        if isKubeflow {
            root.report(
                "apiVersion",
                "\(name) is not supported by this release, use \(apiVersion)")
        } else {
            let hint = NearestName.hint(for: version, among: [apiVersion])
            root.report("apiVersion", "unknown version \(name)\(hint)")
        }
    }
}
