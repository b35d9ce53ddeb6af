/// A Swift file with its comments and string contents blanked out, so that words can be looked
/// for without being misled by prose.
struct SwiftText {
    /// The file, relative to the repository.
    let path: String
    /// The lines as written.
    let lines: [String]
    /// The same lines with blanks for comments and the contents of strings; code in string
    /// interpolations stays.
    let codeLines: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var masker = CodeMasker(text)
        codeLines = String(decoding: masker.masked(), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The target or test target the file belongs to.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// The name of the file alone.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Blanks comments and string contents, byte by byte.
private struct CodeMasker {
    private let bytes: [UInt8]
    private var output: [UInt8] = []
    private var place = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
        output.reserveCapacity(bytes.count)
    }

    mutating func masked() -> [UInt8] {
        code(untilClosing: false)
        return output
    }

    private func has(_ text: StaticString, at offset: Int = 0) -> Bool {
        let start = place + offset
        guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { word in
            for index in 0..<word.count where bytes[start + index] != word[index] { return false }
            return true
        }
    }

    private mutating func keep(_ count: Int = 1) {
        for _ in 0..<count where place < bytes.count {
            output.append(bytes[place])
            place += 1
        }
    }

    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where place < bytes.count {
            let byte = bytes[place]
            // Bytes of longer characters vanish; columns are never looked at.
            if byte == UInt8(ascii: "\n") {
                output.append(byte)
            } else if byte < 128 {
                output.append(UInt8(ascii: " "))
            }
            place += 1
        }
    }

    /// Code up to the end, or up to the parenthesis that ends an interpolation.
    private mutating func code(untilClosing isInterpolation: Bool) {
        var depth = 0
        while place < bytes.count {
            if has("//") {
                while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { blank() }
            } else if has("/*") {
                comment()
            } else if has("\"") || has("#\"") || has("##\"") {
                string()
            } else {
                let byte = bytes[place]
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") {
                    if isInterpolation, depth == 0 { return }
                    depth -= 1
                }
                keep()
            }
        }
    }

    private mutating func comment() {
        var depth = 0
        while place < bytes.count {
            if has("/*") {
                depth += 1
                blank(2)
            } else if has("*/") {
                depth -= 1
                blank(2)
                if depth == 0 { return }
            } else {
                blank()
            }
        }
    }

    private mutating func string() {
        var hashes = 0
        while has("#", at: hashes) { hashes += 1 }
        keep(hashes)
        let isLong = has("\"\"\"")
        let quotes = isLong ? 3 : 1
        keep(quotes)
        while place < bytes.count {
            if isEnd(quotes: quotes, hashes: hashes) {
                keep(quotes + hashes)
                return
            }
            if bytes[place] == UInt8(ascii: "\\"), hasHashes(hashes, at: 1) {
                let next = place + 1 + hashes
                if next < bytes.count, bytes[next] == UInt8(ascii: "(") {
                    blank(1 + hashes)
                    keep()
                    code(untilClosing: true)
                    keep()
                } else {
                    blank(2 + hashes)
                }
            } else if !isLong, bytes[place] == UInt8(ascii: "\n") {
                return
            } else {
                blank()
            }
        }
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        for index in 0..<count where !has("#", at: offset + index) { return false }
        return true
    }

    private func isEnd(quotes: Int, hashes: Int) -> Bool {
        for index in 0..<quotes where !has("\"", at: index) { return false }
        return hasHashes(hashes, at: quotes)
    }
}

extension String {
    /// The identifiers and keywords of a line of code, in order.
    var words: [Substring] {
        split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    /// The line without blanks at both ends.
    var trimmed: Substring {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}
