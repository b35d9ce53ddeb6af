package import ClusterVocabulary
import WorkerCore

/// Values of lines: by Katib's default rule, as JSON, or by regular expressions of the user.
package struct LineMetrics {
    /// How a line is read.
    private enum Rule {
        case text
        case json
        /// An object of JSON when it begins like one, else text.
        case either
        case expressions([Regex<AnyRegexOutput>])
    }

    private let rule: Rule
    private var line: [UInt8] = []
    private var isOverlong = false

    /// Reads lines of a collector's source; an expression that cannot be read is left out, its
    /// reader has refused it before.
    package init(_ collector: MetricCollector) {
        let expressions = collector.filters.compactMap { text in
            (try? Regex(text))?.matchingSemantics(.unicodeScalar)
        }
        switch collector.source {
        case _ where !expressions.isEmpty: rule = .expressions(expressions)
        case .file(_, .json): rule = .json
        case .pushed: rule = .either
        default: rule = .text
        }
    }

    /// The values of every line that ends in these bytes, one list a line; with `isEnd` the last
    /// line needs no line break.
    package mutating func read(_ bytes: some Sequence<UInt8>, isEnd: Bool = false) -> [[Metric]] {
        var found: [[Metric]] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                close(&found)
            } else if line.count < MetricReader.longestLine {
                line.append(byte)
            } else {
                isOverlong = true
            }
        }
        if isEnd { close(&found) }
        return found
    }

    private mutating func close(_ found: inout [[Metric]]) {
        let metrics = isOverlong || line.isEmpty ? [] : self.metrics(of: line)
        if !metrics.isEmpty { found.append(Array(metrics.prefix(Metric.most))) }
        line.removeAll(keepingCapacity: true)
        isOverlong = false
    }

    private func metrics(of line: [UInt8]) -> [Metric] {
        switch rule {
        case .text: return MetricReader.textMetrics(in: line)
        case .json: return object(line)
        case .either:
            let first = line.first { $0 > 0x20 }
            return first == UInt8(ascii: "{") ? object(line) : MetricReader.textMetrics(in: line)
        case .expressions(let expressions):
            let text = String(decoding: line, as: UTF8.self)
            return expressions.flatMap { expression in
                text.matches(of: expression).compactMap { match -> Metric? in
                    guard match.output.count > 2, let name = match.output[1].substring,
                        let number = match.output[2].substring,
                        let value = MetricReader.number(Array(number.utf8)[...]),
                        let title = MetricReader.freeName(Array(name.utf8)[...])
                    else { return nil }
                    return Metric(title, value)
                }
            }
        }
    }

    /// The object's numbers; Katib's `timestamp` is none of them.
    private func object(_ line: [UInt8]) -> [Metric] {
        MetricReader.numbers(ofJSON: line, isFree: true).filter { $0.name != "timestamp" }
    }
}
