package import ClusterVocabulary

/// Reads measured values from what a command prints, line by line: to standard output, and where
/// Katib's rules hold to standard error too.
///
/// Time and memory are bounded by the lines: one longer than ``longestLine`` is not read.
package struct MetricReader: Sendable, Hashable {
    /// The longest line read, in bytes.
    package static let longestLine = 16_384
    /// The longest name of a value, in bytes.
    package static let longestName = 200

    private let source: MetricSource
    private let pattern: MetricPattern?
    /// The line of standard output whose end has not come.
    private var output = Line()
    /// The line of standard error whose end has not come.
    private var errors = Line()

    /// The beginning of a line.
    private struct Line: Sendable, Hashable {
        var bytes: [UInt8] = []
        var isOverlong = false

        /// The lines that end in a text; overlong ones are left out.
        mutating func take(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
            var ended: [[UInt8]] = []
            for byte in text {
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                    if !isOverlong { ended.append(bytes) }
                    bytes.removeAll(keepingCapacity: true)
                    isOverlong = false
                } else if bytes.count < MetricReader.longestLine {
                    bytes.append(byte)
                } else {
                    isOverlong = true
                }
            }
            return ended
        }
    }

    /// A reader at the beginning of a line.
    package init(_ source: MetricSource) {
        self.source = source
        if case .pattern(let text) = source {
            pattern = MetricPattern(text)
        } else {
            pattern = nil
        }
    }

    /// The values of all lines that end in these records, which begin at `position`; at most
    /// ``CommandOutput/mostMeasurements``, the newest of them.
    package mutating func read(_ records: [UInt8], at position: Int64) -> [CommandMeasurement] {
        guard source != .none else { return [] }
        var found: [CommandMeasurement] = []
        var end = position
        for record in OutputRecord.records(in: records[...]).records {
            end += Int64(record.byteCount)
            let lines: [[UInt8]]
            switch record.stream {
            case .output: lines = output.take(record.text)
            case .error where source == .text: lines = errors.take(record.text)
            case .error, .note: continue
            }
            for line in lines {
                let metrics = values(of: line)
                if !metrics.isEmpty { found.append(CommandMeasurement(metrics, position: end)) }
            }
        }
        return Array(found.suffix(CommandOutput.mostMeasurements))
    }

    private func values(of line: [UInt8]) -> [Metric] {
        guard !line.isEmpty else { return [] }
        let found: [Metric]
        switch source {
        case .none: found = []
        case .assignments: found = MetricReader.assignments(in: line)
        case .pattern: found = pattern?.match(line) ?? []
        case .json: found = MetricReader.numbers(ofJSON: line)
        case .text: found = MetricReader.textMetrics(in: line)
        case .collected: found = CollectedLine.metrics(in: line)
        }
        return Array(found.prefix(Metric.most))
    }

    /// Words `name=value`, separated by blanks, commas or semicolons.
    static func assignments(in line: [UInt8]) -> [Metric] {
        let words = line.split { byte in
            byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ",")
                || byte == UInt8(ascii: ";")
        }
        return words.compactMap { word in
            guard let equal = word.firstIndex(of: UInt8(ascii: "=")),
                let name = name(word[..<equal]),
                let value = number(word[(equal + 1)...])
            else { return nil }
            return Metric(name, value)
        }
    }

    /// A name: letters, digits, `_`, `-`, `.`, `/`, `@`, not beginning with a digit.
    static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        guard let first = bytes.first, bytes.count <= longestName,
            !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return nil }
        let legal = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "_-./@".utf8.contains(byte)
            }
        }
        return legal ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// A decimal number, `nan` or `inf`; nothing else.
    package static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        switch text.lowercased() {
        case "nan": return .nan
        case "inf", "+inf", "infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: break
        }
        let isPlain = bytes.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        return isPlain ? Double(text) : nil
    }
}
