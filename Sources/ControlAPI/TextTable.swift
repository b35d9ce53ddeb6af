/// Rows of text laid out in columns for a terminal or a log.
package struct TextTable: Sendable {
    /// On which side a column's cells are filled up.
    package enum Alignment: Sendable {
        /// Text starts together.
        case leading
        /// Numbers end together.
        case trailing
    }

    private let titles: [String]
    private let alignments: [Alignment]
    private var cells: [String] = []
    private var widths: [Int]

    /// Starts a table of the given columns.
    package init(_ columns: [(title: String, alignment: Alignment)], rowCapacity: Int = 0) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
        widths = titles.map(TextTable.width)
        cells.reserveCapacity(rowCapacity * columns.count)
    }

    /// Adds a row of as many cells as there are columns; control characters become `?`.
    package mutating func append(_ row: [String]) {
        precondition(row.count == titles.count, "a row has as many cells as the table columns")
        for (column, cell) in row.enumerated() {
            let shown = TextTable.harmless(cell.isEmpty ? "-" : cell)
            widths[column] = max(widths[column], TextTable.width(shown))
            cells.append(shown)
        }
    }

    /// Title line and rows, each ended by a line break, two blanks between columns.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        let rowWidth = widths.reduce(0) { $0 + $1 + 2 }
        bytes.reserveCapacity(rowWidth * (cells.count / max(1, titles.count) + 1))
        append(titles[...], to: &bytes)
        for start in stride(from: 0, to: cells.count, by: max(1, titles.count)) {
            append(cells[start..<start + titles.count], to: &bytes)
        }
        return bytes
    }

    /// The laid out text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    private func append(_ row: ArraySlice<String>, to bytes: inout [UInt8]) {
        for (column, cell) in row.enumerated() {
            let gap = widths[column] - TextTable.width(cell)
            if alignments[column] == .trailing { TextTable.blanks(gap, to: &bytes) }
            bytes.append(contentsOf: cell.utf8)
            guard column < titles.count - 1 else { break }
            TextTable.blanks(2 + (alignments[column] == .leading ? gap : 0), to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    private static func blanks(_ count: Int, to bytes: inout [UInt8]) {
        for _ in 0..<count { bytes.append(UInt8(ascii: " ")) }
    }

    /// Columns of a terminal, one per Unicode scalar.
    private static func width(_ text: String) -> Int {
        var count = 0
        for byte in text.utf8 where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    private static func harmless(_ text: String) -> String {
        // Every control character is below a blank, DEL, or begins with C2 in UTF-8.
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else {
            return text
        }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            shown.append(isControl ? "?" : scalar)
        }
        return String(shown)
    }
}
