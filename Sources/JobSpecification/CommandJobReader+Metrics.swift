import ClusterVocabulary

/// Where the values of a command come from.
extension CommandJobReader {
    private static let sources = [
        "stdout", "pattern", "json", "text", "regex", "file", "tensorboard", "prometheus", "push",
    ]

    /// Reads `metrics`.
    func readMetrics(_ spec: FieldReader) -> MetricSource {
        guard let (member, entry) = spec.union("metrics", members: CommandJobReader.sources)
        else { return .none }
        let path = "\(spec.path("metrics")).\(member)"
        switch member {
        case "pattern": return readPattern(entry.value, path)
        case "regex":
            let filters = readFilters(entry.value.items, at: entry.value, path)
            return filters.isEmpty ? .none : .collected(MetricCollector(.output, filters: filters))
        default: break
        }
        let reader = spec.member("metrics", entry)
        defer { reader.finish() }
        switch member {
        case "json": return .json
        case "text": return .text
        case "file": return readFile(reader)
        case "tensorboard":
            reader.require("path", "path: logs")
            let folder = reader.text("path", CommandJobReader.place) ?? ""
            return .collected(MetricCollector(.events(folder: folder)))
        case "prometheus": return readScrape(reader)
        case "push": return .collected(MetricCollector(.pushed))
        default: return .assignments
        }
    }

    private func readPattern(_ value: YAMLNode, _ path: String) -> MetricSource {
        guard case .scalar(let text, _) = value.content, !value.isNull else {
            collector.report(
                value.position, path,
                "expected a text such as \"loss: {loss}\", found \(value.found)")
            return .none
        }
        if let problem = CommandJobReader.problem(ofPattern: text) {
            collector.report(value.position, path, problem)
            return .none
        }
        return .pattern(text)
    }

    private func readFile(_ reader: FieldReader) -> MetricSource {
        reader.require("path", "path: metrics.log")
        let path = reader.text("path", CommandJobReader.place) ?? ""
        let isJSON = reader.word("format", among: ["text", "json"], default: "text") == "json"
        var filters: [String] = []
        if let value = reader.value("filter") {
            filters = readFilters(value.items, at: value, reader.path("filter"))
            if isJSON { reader.report("filter", "goes with format: text") }
        }
        return .collected(
            MetricCollector(.file(path: path, form: isJSON ? .json : .text), filters: filters))
    }

    private func readScrape(_ reader: FieldReader) -> MetricSource {
        reader.require("port", "port: 8080")
        let port = reader.integer("port", in: Limits.ports, default: 8_080)
        let page = reader.text("path", CommandJobReader.page) ?? "/metrics"
        let items = reader.list("names", atMost: MetricCollector.mostFilters) ?? []
        let names = items.enumerated().compactMap { index, item -> String? in
            let text = item.scalarText ?? ""
            if let problem = ExperimentReader.metricName(text) {
                collector.report(item.position, "\(reader.path("names"))[\(index)]", problem)
                return nil
            }
            return text
        }
        return .collected(MetricCollector(.scrape(port: port, path: page, names: names)))
    }

    /// Reads regular expressions with a name and a value as groups.
    func readFilters(_ items: [YAMLNode]?, at value: YAMLNode, _ path: String) -> [String] {
        let most = MetricCollector.mostFilters
        guard let items, (1...most).contains(items.count) else {
            collector.report(
                value.position, path, "expected a list of 1 to \(most) regular expressions")
            return []
        }
        return items.enumerated().compactMap { index, item -> String? in
            guard let text = item.scalarText else {
                collector.report(
                    item.position, "\(path)[\(index)]",
                    "expected a regular expression, found \(item.found)")
                return nil
            }
            if let problem = MetricFilter.problem(of: text) {
                collector.report(item.position, "\(path)[\(index)]", problem)
                return nil
            }
            return text
        }
    }

    /// A file or folder: below the working folder, or absolute.
    static func place(_ text: String) -> String? {
        if let problem = NameRules.path(text) { return problem }
        guard text.hasPrefix("/") else { return NameRules.innerPath(text) }
        let parts = text.split(separator: "/")
        return parts.isEmpty || parts.contains("..")
            ? "must name a place below the root, without .." : nil
    }

    /// The path of a page of HTTP.
    static func page(_ text: String) -> String? {
        let isLegal = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return text.hasPrefix("/") && isLegal && text.utf8.count <= 1_024
            ? nil : "must begin with / and have no blanks"
    }

    private static func problem(ofPattern text: String) -> String? {
        guard text.utf8.count <= Limits.pathBytes else {
            return "is longer than \(Limits.pathBytes) bytes"
        }
        var names = 0
        var rest = text[...]
        while let start = rest.firstIndex(of: "{") {
            guard let end = rest[start...].firstIndex(of: "}") else {
                return "a { has no }"
            }
            let name = rest[rest.index(after: start)..<end]
            if !name.isEmpty { names += 1 }
            rest = rest[rest.index(after: end)...]
        }
        return names > 0 ? nil : "needs at least one {name} in the place of a number"
    }
}

/// Regular expressions that find a metric in a line.
enum MetricFilter {
    /// What is wrong with an expression; `nil` when it can be used.
    static func problem(of text: String) -> String? {
        guard !text.isEmpty, text.utf8.count <= MetricCollector.longestFilter else {
            return "must have 1 to \(MetricCollector.longestFilter) bytes"
        }
        guard !text.utf8.contains(0), (try? Regex(text)) != nil else {
            return "is no regular expression"
        }
        let count = groups(in: text)
        return count >= 2
            ? nil : "needs two groups, the name and the value; it has \(count)"
    }

    /// How many groups an expression captures.
    static func groups(in text: String) -> Int {
        var count = 0
        var isEscaped = false
        var isClass = false
        let characters = Array(text.unicodeScalars)
        for (index, character) in characters.enumerated() {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if isClass {
                if character == "]" { isClass = false }
            } else if character == "[" {
                isClass = true
            } else if character == "(" {
                let rest = String(String.UnicodeScalarView(characters[(index + 1)...].prefix(3)))
                let isNamed =
                    rest.hasPrefix("?P<")
                    || rest.hasPrefix("?<") && !rest.hasPrefix("?<=") && !rest.hasPrefix("?<!")
                if !rest.hasPrefix("?") || isNamed { count += 1 }
            }
        }
        return count
    }
}

extension MetricSource {
    /// The source as the value of `metrics`, on one line; `nil` for none.
    var canonicalText: String? {
        switch self {
        case .none: nil
        case .assignments: "{stdout: {}}"
        case .pattern(let text): "{pattern: \(CanonicalYAML.text(text))}"
        case .json: "{json: {}}"
        case .text: "{text: {}}"
        case .collected(let collector): collector.canonicalText
        }
    }
}

extension MetricCollector {
    fileprivate var canonicalText: String {
        func list(_ texts: [String]) -> String {
            "[\(texts.map(CanonicalYAML.text).joined(separator: ", "))]"
        }
        switch source {
        case .output: return "{regex: \(list(filters))}"
        case .file(let path, let form):
            let filter = filters.isEmpty ? "" : ", filter: \(list(filters))"
            let format = form == .json ? "json" : "text"
            return "{file: {path: \(CanonicalYAML.text(path)), format: \(format)\(filter)}}"
        case .events(let folder):
            return "{tensorboard: {path: \(CanonicalYAML.text(folder))}}"
        case .scrape(let port, let path, let names):
            let taken = names.isEmpty ? "" : ", names: \(list(names))"
            return "{prometheus: {port: \(port), path: \(CanonicalYAML.text(path))\(taken)}}"
        case .pushed: return "{push: {}}"
        }
    }
}
