package import ClusterVocabulary

/// The words by which a worker starts a command with a process around it, and back.
package enum CollectorArguments {
    /// The hidden command of the program.
    package static let command = "collect"

    /// The program's words for a command of these words.
    package static func words(
        _ collector: MetricCollector, around words: [String], executable: String
    ) -> [String] {
        var result = [executable, command]
        switch collector.source {
        case .output: result += ["--source", "output"]
        case .file(let path, let form):
            result += ["--source", form == .json ? "json" : "file", "--path=\(path)"]
        case .events(let folder): result += ["--source", "events", "--path=\(folder)"]
        case .scrape(let port, let path, let names):
            result += ["--source", "scrape", "--port", String(port), "--path=\(path)"]
            result += names.map { "--name=\($0)" }
        case .pushed: result += ["--source", "pushed"]
        }
        return result + collector.filters.map { "--filter=\($0)" } + ["--"] + words
    }

    /// The collector that options name; `nil` when they name none.
    package static func collector(
        source: String, path: String, port: Int, names: [String], filters: [String]
    ) -> MetricCollector? {
        let kind: MetricCollector.Source
        switch source {
        case "output": kind = .output
        case "file": kind = .file(path: path, form: .text)
        case "json": kind = .file(path: path, form: .json)
        case "events": kind = .events(folder: path)
        case "scrape": kind = .scrape(port: port, path: path, names: names)
        case "pushed": kind = .pushed
        default: return nil
        }
        return MetricCollector(kind, filters: filters)
    }
}
