/// A place in the input; places of the file come before those of overrides.
struct SourcePosition: Hashable, Comparable, Sendable {
    /// 0 for the file, n for the n-th override.
    var origin: Int
    /// From 1.
    var line: Int
    /// From 1, in Unicode scalars.
    var column: Int

    static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.origin, left.line, left.column) < (right.origin, right.line, right.column)
    }
}

/// The text of a file cut into lines exactly where the YAML parser sees line breaks.
struct SourceText: Sendable {
    /// One document marker to the next: what is parsed on its own.
    struct Chunk: Sendable {
        /// The text, line breaks included.
        let text: String
        /// How many lines of the file come before it.
        let linesBefore: Int
    }

    /// The whole text.
    let text: String
    /// The lines without their breaks.
    let lines: [Range<String.Index>]

    /// Takes the text without a byte order mark at its beginning.
    init(_ written: String) {
        let hasMark = written.unicodeScalars.first == "\u{FEFF}"
        let text =
            hasMark
            ? String(String.UnicodeScalarView(written.unicodeScalars.dropFirst())) : written
        self.text = text
        var lines: [Range<String.Index>] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            guard SourceText.isBreak(scalar) else {
                index = next
                continue
            }
            lines.append(start..<index)
            let isPair = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
            index = isPair ? scalars.index(after: next) : next
            start = index
        }
        lines.append(start..<scalars.endIndex)
        self.lines = lines
    }

    /// Whether YAML 1.1 ends a line here.
    static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    /// The line with the given number (from 1), cut to what a diagnostic keeps.
    func line(_ number: Int) -> String? {
        guard lines.indices.contains(number - 1) else { return nil }
        let scalars = text.unicodeScalars[lines[number - 1]]
        return String(String.UnicodeScalarView(scalars.prefix(Limits.sourceLineScalars)))
    }

    /// The place of the first character YAML forbids, with that character.
    func firstForbidden() -> (position: SourcePosition, scalar: Unicode.Scalar)? {
        for (number, range) in lines.enumerated() {
            for (column, scalar) in text.unicodeScalars[range].enumerated()
            where !SourceText.isAllowed(scalar) {
                let place = SourcePosition(origin: 0, line: number + 1, column: column + 1)
                return (place, scalar)
            }
        }
        return nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD,
            0x1_0000...0x10_FFFF:
            true
        default: false
        }
    }

    /// An upper bound of the aliases in the text: every `*` that a name could follow.
    func mostAliases() -> Int {
        var count = 0
        var isAfterStar = false
        for byte in text.utf8 {
            if isAfterStar {
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    count += 1
                default: break
                }
            }
            isAfterStar = byte == UInt8(ascii: "*")
        }
        return count
    }

    /// The text from each `---` line to the next, so that a broken document hides no other one.
    ///
    /// A line that begins with `---` and then ends or goes on with a blank is a document marker
    /// wherever it stands, in YAML even inside quotes, so cutting there loses nothing.
    func chunks() -> [Chunk] {
        var chunks: [Chunk] = []
        var firstLine = 0
        func close(before line: Int) {
            let end = line < lines.count ? lines[line].lowerBound : text.endIndex
            let part = String(text.unicodeScalars[lines[firstLine].lowerBound..<end])
            if line > firstLine { chunks.append(Chunk(text: part, linesBefore: firstLine)) }
            firstLine = line
        }
        for line in lines.indices.dropFirst() where isMarker(lines[line]) { close(before: line) }
        close(before: lines.count)
        return chunks
    }

    private func isMarker(_ range: Range<String.Index>) -> Bool {
        let scalars = text.unicodeScalars[range]
        guard scalars.starts(with: "---".unicodeScalars) else { return false }
        guard let after = scalars.dropFirst(3).first else { return true }
        return after == " " || after == "\t"
    }
}
