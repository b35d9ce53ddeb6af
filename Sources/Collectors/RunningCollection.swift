import ClusterVocabulary
import Glibc

/// The running collection of one command: looks for news and says them on standard output.
struct RunningCollection {
    private enum Way {
        case lines(FollowedFile, LineMetrics)
        case events(EventFolder)
        case scrape(port: Int, path: String, names: [String])
        case nothing
    }

    private var way: Way
    private var last: [Metric] = []
    /// Whether anything was there to be read.
    private(set) var isThere = false

    /// Begins; `place` is where the collector's path is for this command.
    init(_ collector: MetricCollector, place: PathRelocation?) {
        let path = place?.place ?? ""
        // What lies at a fixed path before the program starts is another one's.
        let isForeign = place.map { !$0.isMoved && $0.path.hasPrefix("/") } ?? false
        switch collector.source {
        case .output: way = .nothing
        case .file, .pushed:
            way = .lines(FollowedFile(path, fromEnd: isForeign), LineMetrics(collector))
        case .events: way = .events(EventFolder(path))
        case .scrape(let port, let path, let names):
            way = .scrape(port: port, path: path, names: names)
        }
    }

    /// Everything new, a list for each report; with `isEnd` a last line needs no line break.
    mutating func news(isEnd: Bool) -> [[Metric]] {
        switch way {
        case .nothing: return []
        case .lines(var file, var lines):
            var found: [[Metric]] = []
            if file.news({ found += lines.read($0) }) { isThere = true }
            if isEnd { found += lines.read([UInt8](), isEnd: true) }
            way = .lines(file, lines)
            return found
        case .events(var folder):
            let found = folder.news { RunningCollection.note($0) }
            if !found.isEmpty { isThere = true }
            way = .events(folder)
            return found
        case .scrape(let port, let path, let names):
            guard !isEnd, let page = LoopbackPage.get(port: port, path: path) else { return [] }
            isThere = true
            let metrics = PrometheusText.metrics(of: page, names: names)
            // A gauge that stands still says nothing new.
            guard !metrics.isEmpty, metrics != last else { return [] }
            last = metrics
            return [metrics]
        }
    }

    /// Says something to whoever reads the log.
    static func note(_ text: String) {
        write("mlctl: \(text)\n", to: STDERR_FILENO)
    }

    /// Writes a text as a whole.
    static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8)[...], to: descriptor)
    }

    /// Writes bytes as a whole.
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if !(count < 0 && errno == EINTR) {
                return
            }
        }
    }
}
