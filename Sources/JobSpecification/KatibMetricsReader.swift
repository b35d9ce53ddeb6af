import ClusterVocabulary

/// Reads Katib's `spec.metricsCollectorSpec`.
struct KatibMetricsReader {
    /// Where a trial's metrics come from, as our `spec.metrics` of a Job.
    enum Source {
        /// Words `name=value` on standard output.
        case assignments
        /// Lines of JSON on standard output.
        case json
    }

    let collector: DiagnosticCollector

    /// Collectors we do not have, with what to do instead.
    private static let refused = [
        "File":
            "reading a file is not supported by this release; let the program print its metrics,"
            + " or add a last line that prints the file",
        "TensorFlowEvent":
            "event files are not supported by this release; let the program print its metrics",
        "PrometheusMetric":
            "scraping is not supported by this release; let the program print its metrics",
        "Push":
            "pushing needs Katib's own service; print name=value lines, or tell trials of an"
            + " experiment with template: {external: {}}",
        "Custom": "a collector of its own container cannot run here",
        "None": "without a collector no trial would ever have a value",
    ]

    /// The source; lines of standard output unless the manifest says otherwise.
    func read(_ spec: FieldReader) -> Source {
        guard spec.has("metricsCollectorSpec") else {
            _ = spec.entry("metricsCollectorSpec")
            return .assignments
        }
        let reader = spec.section("metricsCollectorSpec")
        let kind = reader.section("collector")
        let word = kind.scalar("kind", "a collector")?.text ?? "StdOut"
        if let reason = KatibMetricsReader.refused[word] {
            kind.report("kind", "\(word): \(reason)")
        } else if word != "StdOut" {
            let hint = NearestName.hint(
                for: word, among: ["StdOut"] + KatibMetricsReader.refused.keys.sorted())
            kind.report("kind", "unknown collector \(YAMLNode.quoted(word))\(hint)")
        }
        kind.refuse("customCollector", "a collector of its own container cannot run here")
        kind.finish()
        let source = reader.section("source")
        source.refuse(
            "fileSystemPath",
            "goes with the collectors File and TensorFlowEvent, which are not"
                + " supported by this release")
        source.refuse(
            "httpGet",
            "goes with the collector PrometheusMetric, which is not supported by this"
                + " release")
        let filter = source.section("filter")
        if let formats = filter.list("metricsFormat", atMost: Limits.labels) {
            for (index, item) in formats.enumerated() {
                collector.report(
                    item.position, "\(filter.path("metricsFormat"))[\(index)]",
                    "own patterns are not supported by this release: print name=value words")
            }
        }
        filter.finish()
        source.finish()
        reader.finish()
        return .assignments
    }
}
