package import ClusterVocabulary

/// Reads measured values from what a command prints to standard output, line by line.
///
/// Time and memory are bounded by the lines: one longer than ``longestLine`` is not read.
package struct MetricReader: Sendable, Hashable {
    /// The longest line read, in bytes.
    package static let longestLine = 16_384
    /// The longest name of a value, in bytes.
    static let longestName = 200

    private let source: MetricSource
    private let pattern: MetricPattern?
    /// The beginning of a line whose end has not come.
    private var line: [UInt8] = []
    /// Whether the present line is too long.
    private var isOverlong = false

    /// A reader at the beginning of a line.
    package init(_ source: MetricSource) {
        self.source = source
        if case .pattern(let text) = source {
            pattern = MetricPattern(text)
        } else {
            pattern = nil
        }
    }

    /// The values of all lines that end in these records; at most
    /// ``CommandOutput/mostMeasurements``, the newest of them.
    package mutating func read(_ records: [UInt8]) -> [CommandMeasurement] {
        guard source != .none else { return [] }
        var found: [CommandMeasurement] = []
        for record in OutputRecord.records(in: records[...]).records
        where record.stream == .output {
            for byte in record.text {
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                    let metrics = isOverlong ? [] : values(of: line)
                    if !metrics.isEmpty { found.append(CommandMeasurement(metrics)) }
                    line.removeAll(keepingCapacity: true)
                    isOverlong = false
                } else if line.count < MetricReader.longestLine {
                    line.append(byte)
                } else {
                    isOverlong = true
                }
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
    static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
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
