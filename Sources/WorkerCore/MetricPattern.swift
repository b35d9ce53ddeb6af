import ClusterVocabulary

/// A line with places for numbers: `epoch {epoch}: loss {loss}`.
///
/// Text outside braces must be there as written, a run of blanks for any run of blanks; `{name}`
/// is a number, `{}` any text up to what follows. It may begin anywhere in the line. One pass per
/// beginning, so no pattern is slow.
struct MetricPattern: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text([UInt8])
        case blanks
        case number(String)
        case anything
    }

    private var parts: [Part] = []

    init(_ text: String) {
        var rest = Array(text.utf8)[...]
        var literal: [UInt8] = []
        func flush(_ parts: inout [Part]) {
            if !literal.isEmpty { parts.append(.text(literal)) }
            literal = []
        }
        while let byte = rest.first {
            if byte == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
                flush(&parts)
                let name = rest[(rest.startIndex + 1)..<end]
                parts.append(
                    name.isEmpty ? .anything : .number(String(decoding: name, as: UTF8.self)))
                rest = rest[(end + 1)...]
            } else if MetricPattern.isBlank(byte) {
                flush(&parts)
                if parts.last != .blanks { parts.append(.blanks) }
                rest = rest.drop { MetricPattern.isBlank($0) }
            } else {
                literal.append(byte)
                rest = rest.dropFirst()
            }
        }
        flush(&parts)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The numbers of the first place in the line that fits.
    func match(_ line: [UInt8]) -> [Metric] {
        guard !parts.isEmpty else { return [] }
        for start in line.indices {
            if let found = match(line[start...]) { return found }
        }
        return []
    }

    private func match(_ text: ArraySlice<UInt8>) -> [Metric]? {
        var rest = text
        var found: [Metric] = []
        var skips = false
        for part in parts {
            switch part {
            case .anything:
                skips = true
                continue
            case .blanks:
                // What is passed over may end in blanks.
                if skips { continue }
                guard let first = rest.first, MetricPattern.isBlank(first) else { return nil }
                rest = rest.drop { MetricPattern.isBlank($0) }
            case .text(let bytes):
                while skips, !rest.isEmpty, !rest.starts(with: bytes) { rest = rest.dropFirst() }
                guard rest.starts(with: bytes) else { return nil }
                rest = rest.dropFirst(bytes.count)
            case .number(let name):
                if skips { rest = rest.drop { !MetricPattern.beginsNumber($0) } }
                let digits = rest.prefix { MetricPattern.isOfNumber($0) }
                guard let value = MetricReader.number(digits) else { return nil }
                found.append(Metric(name, value))
                rest = rest.dropFirst(digits.count)
            }
            skips = false
        }
        return found.isEmpty ? nil : found
    }

    private static func beginsNumber(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        beginsNumber(byte) || "eEnaifNAIF".utf8.contains(byte)
    }
}
