package import ClusterVocabulary

/// The output of a command job as text: each rank's lines whole, marked with the rank when there
/// are several.
package struct JobOutputText: Sendable {
    /// A rank's stream under way.
    private struct Source: Hashable, Sendable {
        let rank: Int
        let stream: OutputRecord.Stream
    }

    private let marksRanks: Bool
    /// Beginnings of lines whose ends have not come.
    private var unended: [Source: [UInt8]] = [:]
    private var order: [Source] = []

    /// The rank of records that only tell a position: what follows in the log.
    package static let noRank = 65_535
    /// The longest part of a line that waits for its end, in bytes.
    static let longestLine = 65_536

    /// Text of a job with so many ranks.
    package init(ranks: Int) {
        marksRanks = ranks > 1
    }

    /// The text of one record, for its stream; whole lines only when ranks are marked.
    package mutating func take(_ record: JobOutputRecord) -> [UInt8] {
        guard marksRanks else { return Array(record.text) }
        let source = Source(rank: record.rank, stream: record.stream)
        if unended[source] == nil { order.append(source) }
        var line = unended[source] ?? []
        var text: [UInt8] = []
        for byte in record.text {
            line.append(byte)
            if byte == UInt8(ascii: "\n") || line.count >= JobOutputText.longestLine {
                text += mark(source.rank) + line
                if byte != UInt8(ascii: "\n") { text.append(UInt8(ascii: "\n")) }
                line.removeAll(keepingCapacity: true)
            }
        }
        unended[source] = line
        return text
    }

    /// What is left of lines without an end, by stream.
    package mutating func finish() -> [(stream: OutputRecord.Stream, text: [UInt8])] {
        let rest = order.compactMap { source -> (stream: OutputRecord.Stream, text: [UInt8])? in
            guard let line = unended[source], !line.isEmpty else { return nil }
            return (source.stream, mark(source.rank) + line + [UInt8(ascii: "\n")])
        }
        unended = [:]
        order = []
        return rest
    }

    private func mark(_ rank: Int) -> [UInt8] { Array("[\(rank)] ".utf8) }
}
