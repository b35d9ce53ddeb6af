package import ClusterVocabulary

/// How a collector says values among the output of the command it stands around: a line with a
/// mark and an object of JSON. Whatever stands before the mark belongs to the command.
package enum CollectedLine {
    /// What such a line begins with.
    package static let mark = "[mlctl metrics] "
    /// The longest line, so that one write is never torn apart by another on the same pipe.
    package static let longest = 4_096

    /// The lines that say these values, each ending in a line break; names that are none are left
    /// out.
    package static func text(_ metrics: [Metric]) -> String {
        var lines = ""
        var fields = ""
        func close() {
            if !fields.isEmpty { lines += "\(mark){\(fields)}\n" }
            fields = ""
        }
        for metric in metrics {
            guard MetricReader.freeName(Array(metric.name.utf8)[...]) != nil else { continue }
            var name = ""
            for character in metric.name.unicodeScalars {
                if character == "\"" || character == "\\" { name += "\\" }
                name.unicodeScalars.append(character)
            }
            let field = "\"\(name)\": \(metric.value)"
            if fields.utf8.count + field.utf8.count > longest - 64 { close() }
            fields += fields.isEmpty ? field : ", \(field)"
        }
        close()
        return lines
    }

    /// The values of a line; none when it has no mark.
    static func metrics(in line: [UInt8]) -> [Metric] {
        let wanted = Array(mark.utf8)
        guard line.count > wanted.count,
            let start = (0...(line.count - wanted.count)).last(where: {
                line[$0] == wanted[0] && line[$0...].starts(with: wanted)
            })
        else { return [] }
        return MetricReader.numbers(ofJSON: Array(line[(start + wanted.count)...]), isFree: true)
    }
}
