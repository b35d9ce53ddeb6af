import Yams

/// Lets the parser read past a key that is given twice, so that all problems are found at once.
///
/// Yams stops at a map with equal keys and names the first of them. Its first letter is replaced
/// by a private letter of the same width, which keeps every position, and the tree gets the
/// written name back afterwards.
struct DuplicateKeys {
    /// A line and a column of the text.
    struct Place: Hashable {
        let line: Int
        let column: Int
    }

    private(set) var text: String
    private(set) var writtenNames: [Place: String] = [:]

    init(_ text: String) {
        self.text = text
    }

    /// Renames the key at `mark`; false when it is not a simple key or there were too many.
    mutating func rename(_ name: String, at mark: Mark) -> Bool {
        let place = Place(line: mark.line, column: mark.column)
        // Each costs another reading of the text: of a long one only the first is looked for.
        let most = text.utf8.count > Limits.shortDocumentBytes ? 1 : Limits.duplicateKeys
        guard writtenNames.count < most, writtenNames[place] == nil,
            !name.isEmpty,
            let stand = Unicode.Scalar(0xE000 + UInt32(writtenNames.count))
        else { return false }
        let source = SourceText(text)
        guard source.lines.indices.contains(mark.line - 1) else { return false }
        let line = source.lines[mark.line - 1]
        var view = text.unicodeScalars
        guard
            var index = view.index(
                line.lowerBound, offsetBy: mark.column - 1, limitedBy: line.upperBound),
            index < line.upperBound
        else { return false }
        if view[index] == "\"" || view[index] == "'" { index = view.index(after: index) }
        guard view[index..<line.upperBound].starts(with: name.unicodeScalars) else {
            return false
        }
        view.replaceSubrange(index...index, with: CollectionOfOne(stand))
        text = String(view)
        writtenNames[place] = name
        return true
    }
}
