import ClusterVocabulary

extension MetricCollector: WireValue {
    init(wire: WireMetricCollector) throws(WireError) {
        let check = FieldChecks("MetricCollector")
        func path() throws(WireError) -> String {
            try check.word(
                wire.path, "path", mayBeEmpty: false, longest: WireLimits.longestPath)
        }
        let source: Source
        switch wire.kind {
        case .output: source = .output
        case .file:
            guard let form = UInt8(exactly: wire.form).flatMap(LineForm.init(rawValue:)) else {
                throw check.invalid("form", "is \(wire.form), which stands for nothing known")
            }
            source = .file(path: try path(), form: form)
        case .events: source = .events(folder: try path())
        case .scrape:
            let names = try check.list(wire.names, "names", most: MetricCollector.mostFilters) {
                (name) throws(WireError) in
                _ = try check.word(name, "names", longest: MetricCollector.longestFilter)
            }
            source = .scrape(
                port: try check.integer(wire.port, "port", from: 1, through: 65_535),
                path: try path(), names: names)
        case .pushed: source = .pushed
        case .unspecified, .UNRECOGNIZED:
            throw check.invalid("kind", "is \(wire.kind.rawValue), which stands for nothing known")
        }
        self.init(
            source,
            filters: try check.list(
                wire.filters, "filters", most: MetricCollector.mostFilters
            ) { (text) throws(WireError) in
                _ = try check.word(text, "filters", longest: MetricCollector.longestFilter)
            })
    }

    var wire: WireMetricCollector {
        var wire = WireMetricCollector()
        wire.filters = filters
        switch source {
        case .output: wire.kind = .output
        case .file(let path, let form):
            wire.kind = .file
            wire.path = path
            wire.form = UInt32(form.rawValue)
        case .events(let folder):
            wire.kind = .events
            wire.path = folder
        case .scrape(let port, let path, let names):
            wire.kind = .scrape
            wire.port = Int64(port)
            wire.path = path
            wire.names = names
        case .pushed: wire.kind = .pushed
        }
        return wire
    }
}
