import ClusterVocabulary

/// Reads Katib's `spec.metricsCollectorSpec`.
struct KatibMetricsReader {
    let collector: DiagnosticCollector

    private static let kinds = ["StdOut", "File", "TensorFlowEvent", "PrometheusMetric", "Push"]

    /// Collectors we do not have, with what to do instead.
    private static let refused = [
        "Custom":
            "a collector of its own container cannot run here; let the program print its metrics",
        "None": "without a collector no trial would ever have a value",
    ]

    /// Where a trial's metrics come from; lines of its output unless the manifest says otherwise.
    /// `names` are the metrics the experiment wants.
    func read(_ spec: FieldReader, names: [String]) -> MetricSource {
        guard spec.has("metricsCollectorSpec") else {
            _ = spec.entry("metricsCollectorSpec")
            return .text
        }
        let reader = spec.section("metricsCollectorSpec")
        let kind = reader.section("collector")
        let word = kind.scalar("kind", "a collector")?.text ?? "StdOut"
        if let reason = KatibMetricsReader.refused[word] {
            kind.report("kind", "\(word): \(reason)")
        } else if !KatibMetricsReader.kinds.contains(word) {
            let hint = NearestName.hint(for: word, among: KatibMetricsReader.kinds)
            kind.report("kind", "unknown collector \(YAMLNode.quoted(word))\(hint)")
        }
        kind.refuse("customCollector", "a collector of its own container cannot run here")
        kind.finish()
        let source = reader.section("source")
        reader.finish()
        let filters = readFilters(source)
        let path = readPath(source, word)
        let page = readPage(source, word, names)
        source.finish()
        switch word {
        case "File":
            if path.isJSON, !filters.isEmpty {
                source.report("filter", "does not go with format: JSON")
            }
            let form: MetricCollector.LineForm = path.isJSON ? .json : .text
            return .collected(
                MetricCollector(.file(path: path.text, form: form), filters: filters))
        case "TensorFlowEvent": return .collected(MetricCollector(.events(folder: path.text)))
        case "PrometheusMetric": return .collected(MetricCollector(page))
        case "Push": return .collected(MetricCollector(.pushed))
        default:
            return filters.isEmpty
                ? .text : .collected(MetricCollector(.output, filters: filters))
        }
    }

    private func readFilters(_ source: FieldReader) -> [String] {
        guard source.has("filter") else { return [] }
        let filter = source.section("filter")
        defer { filter.finish() }
        guard let formats = filter.value("metricsFormat") else { return [] }
        return CommandJobReader(collector: collector).readFilters(
            formats.items, at: formats, filter.path("metricsFormat"))
    }

    private struct Path {
        var text: String
        var isJSON: Bool
    }

    private func readPath(_ source: FieldReader, _ collector: String) -> Path {
        let isFile = collector == "File"
        let usual = isFile ? "/var/log/katib/metrics.log" : "/var/log/katib/tfevent"
        guard source.has("fileSystemPath") else {
            _ = source.entry("fileSystemPath")
            return Path(text: usual, isJSON: false)
        }
        guard isFile || collector == "TensorFlowEvent" else {
            source.refuse(
                "fileSystemPath", "goes with the collectors File and TensorFlowEvent")
            return Path(text: usual, isJSON: false)
        }
        let reader = source.section("fileSystemPath")
        defer { reader.finish() }
        let path = reader.text("path") { text in
            text.hasPrefix("/") ? CommandJobReader.place(text) : "must be an absolute path"
        }
        let kind = isFile ? "File" : "Directory"
        _ = reader.word("kind", among: [kind], default: kind)
        let format =
            isFile
            ? reader.word("format", among: ["TEXT", "JSON"], default: "TEXT") : "TEXT"
        if !isFile { reader.refuse("format", "goes with the collector File") }
        return Path(text: path ?? usual, isJSON: format == "JSON")
    }

    private func readPage(
        _ source: FieldReader, _ collector: String, _ names: [String]
    ) -> MetricCollector.Source {
        let usual = MetricCollector.Source.scrape(port: 8_080, path: "/metrics", names: names)
        guard source.has("httpGet") else {
            _ = source.entry("httpGet")
            return usual
        }
        guard collector == "PrometheusMetric" else {
            source.refuse("httpGet", "goes with the collector PrometheusMetric")
            return usual
        }
        let reader = source.section("httpGet")
        defer { reader.finish() }
        let port = reader.integer("port", in: Limits.ports, default: 8_080)
        let path = reader.text("path", CommandJobReader.page) ?? "/metrics"
        _ = reader.word("scheme", among: ["HTTP"], default: "HTTP")
        _ = reader.word("host", among: ["localhost", "127.0.0.1"], default: "127.0.0.1")
        reader.refuse("httpHeaders", "headers are not sent to a trial's own page; remove them")
        return .scrape(port: port, path: path, names: names)
    }
}
