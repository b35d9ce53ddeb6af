/// Rows of text laid out in columns for a terminal or a log.
package struct TextTable: Sendable {
    /// On which side a column's cells are filled up.
    package enum Alignment: Sendable {
        /// Text starts together.
        case leading
        /// Numbers end together.
        case trailing
    }

    /// One cell: where its bytes end in `contents`, and its columns of a terminal.
    private struct Cell {
        var end: Int
        var width: Int
    }

    private let alignments: [Alignment]
    /// All cells' UTF-8, row after row; the titles are the first row.
    private var contents: [UInt8] = []
    private var cells: [Cell] = []
    private var widths: [Int]

    /// Starts a table of the given columns.
    package init(_ columns: [(title: String, alignment: Alignment)], rowCapacity: Int = 0) {
        alignments = columns.map(\.alignment)
        widths = Array(repeating: 0, count: columns.count)
        cells.reserveCapacity((rowCapacity + 1) * columns.count)
        contents.reserveCapacity((rowCapacity + 1) * columns.count * 8)
        append(columns.map(\.title))
    }

    /// Adds a row of as many cells as there are columns; control characters become `?`.
    package mutating func append(_ row: [String]) {
        precondition(row.count == widths.count, "a row has as many cells as the table columns")
        for (column, cell) in row.enumerated() {
            let width = append(cell.isEmpty ? "-" : cell)
            widths[column] = max(widths[column], width)
            cells.append(Cell(end: contents.count, width: width))
        }
    }

    /// Adds one cell's bytes; returns its columns of a terminal, one per Unicode scalar.
    private mutating func append(_ cell: String) -> Int {
        var cell = cell
        let isPlain = cell.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return false }
            contents.append(contentsOf: bytes)
            return true
        }
        if isPlain { return cell.utf8.count }
        var width = 0
        for scalar in cell.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            let shown = isControl ? "?" : scalar
            contents.append(contentsOf: String(Character(shown)).utf8)
            width += 1
        }
        return width
    }

    /// Title line and rows, each ended by a line break, two blanks between columns.
    package var bytes: [UInt8] {
        let rowWidth = widths.reduce(0) { $0 + $1 + 2 }
        let rows = cells.count / max(1, widths.count)
        // A scalar outside ASCII takes more bytes than columns: those of its cell come on top.
        let most = rowWidth * rows + contents.count
        return [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            var start = 0
            for (index, cell) in cells.enumerated() {
                let column = index % widths.count
                let gap = widths[column] - cell.width
                let isLast = column == widths.count - 1
                let before = alignments[column] == .trailing ? gap : 0
                let after = isLast ? 0 : 2 + (gap - before)
                count += TextTable.fill(buffer, from: count, with: UInt8(ascii: " "), before)
                for byte in contents[start..<cell.end] {
                    buffer.initializeElement(at: count, to: byte)
                    count += 1
                }
                count += TextTable.fill(buffer, from: count, with: UInt8(ascii: " "), after)
                if isLast {
                    count += TextTable.fill(buffer, from: count, with: UInt8(ascii: "\n"), 1)
                }
                start = cell.end
            }
        }
    }

    private static func fill(
        _ buffer: UnsafeMutableBufferPointer<UInt8>, from start: Int, with byte: UInt8,
        _ count: Int
    ) -> Int {
        for index in start..<start + count { buffer.initializeElement(at: index, to: byte) }
        return count
    }

    /// The laid out text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
