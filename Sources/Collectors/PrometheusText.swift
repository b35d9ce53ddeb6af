package import ClusterVocabulary
import WorkerCore

/// The text exposition format of Prometheus: `name{label="value"} number [time]`, a line each.
package enum PrometheusText {
    /// The values of a page, at most ``Metric/most``. A name with labels keeps them as written; the
    /// bare name is there too when it has one series. With `names` only those are taken.
    package static func metrics(of page: [UInt8], names: [String] = []) -> [Metric] {
        var found: [Metric] = []
        var bare: [String: (count: Int, value: Double)] = [:]
        for line in page.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let sample = Self.sample(line) else { continue }
            if sample.hasLabels {
                let known = bare[sample.name]?.count ?? 0
                bare[sample.name] = (known + 1, sample.value)
            }
            if sample.series.utf8.count <= MetricReader.longestName {
                found.append(Metric(sample.series, sample.value))
            }
        }
        let alone = bare.filter { $0.value.count == 1 }.sorted { $0.key < $1.key }
        found += alone.map { Metric($0.key, $0.value.value) }
        if !names.isEmpty { found.removeAll { !names.contains($0.name) } }
        return Array(found.prefix(Metric.most))
    }

    private struct Sample {
        var name: String
        var series: String
        var hasLabels: Bool
        var value: Double
    }

    private static func sample(_ line: ArraySlice<UInt8>) -> Sample? {
        let text = line.drop(while: isBlank)
        let name = text.prefix { byte in
            let letter = byte | 0x20
            return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "_:".utf8.contains(byte)
        }
        guard !name.isEmpty else { return nil }
        var rest = text[name.endIndex...]
        var end = name.endIndex
        if rest.first == UInt8(ascii: "{") {
            guard let close = endOfLabels(rest) else { return nil }
            end = close
            rest = rest[close...]
        }
        let words = rest.split(whereSeparator: isBlank)
        guard let word = words.first, words.count <= 2, let value = MetricReader.number(word),
            let series = String(validating: text[..<end], as: UTF8.self)
        else { return nil }
        return Sample(
            name: String(decoding: name, as: UTF8.self), series: series,
            hasLabels: end > name.endIndex, value: value)
    }

    /// The place behind the closing brace; quoted values may hold one.
    private static func endOfLabels(_ text: ArraySlice<UInt8>) -> Int? {
        var isQuoted = false
        var isEscaped = false
        for place in text.indices {
            let byte = text[place]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: "}"), !isQuoted {
                return place + 1
            }
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
