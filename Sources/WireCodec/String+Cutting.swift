extension String {
    /// This text, or as much of it as fits with an ellipsis into `longest` bytes.
    func cut(toBytes longest: Int) -> String {
        guard utf8.count > longest else { return self }
        var end = utf8.index(startIndex, offsetBy: longest - "…".utf8.count)
        while end > startIndex, UTF8.isContinuation(utf8[end]) {
            end = utf8.index(before: end)
        }
        return String(self[..<end]) + "…"
    }

    /// Whether the text spans several lines.
    var hasLineBreak: Bool {
        utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }

    /// This text with a space for every line break.
    var onOneLine: String {
        guard hasLineBreak else { return self }
        let space = UInt8(ascii: " ")
        let bytes = utf8.map {
            $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? space : $0
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
