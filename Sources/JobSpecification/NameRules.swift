/// The spelling of names; each rule answers what is wrong, or nothing.
enum NameRules {
    /// A DNS label: lower case letters, digits, `-` between them, 63 at most.
    static func name(_ text: String) -> String? {
        let rule = "use lower case letters, digits and '-' between them"
        guard !text.isEmpty else { return "must not be empty" }
        guard text.utf8.count <= Limits.nameBytes else {
            return "is longer than \(Limits.nameBytes) characters"
        }
        let bytes = Array(text.utf8)
        let isLegal = bytes.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
        guard isLegal, let first = bytes.first, let last = bytes.last, isLowerOrDigit(first),
            isLowerOrDigit(last)
        else { return "\(YAMLNode.quoted(text)) is not a name: \(rule)" }
        return nil
    }

    /// The key of a label or annotation: an optional DNS prefix and `/`, then a word.
    static func labelKey(_ text: String) -> String? {
        guard text.utf8.count <= Limits.labelKeyBytes else {
            return "the key is longer than \(Limits.labelKeyBytes) bytes"
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && isWord($0) }) else {
            return "\(YAMLNode.quoted(text)) is not a key: use letters, digits, '-', '_', '.'"
                + " and one '/' after a prefix"
        }
        return nil
    }

    /// The value of a label.
    static func labelValue(_ text: String) -> String? {
        guard text.utf8.count <= Limits.labelValueBytes else {
            return "is longer than \(Limits.labelValueBytes) bytes"
        }
        guard text.isEmpty || isWord(text[...]) else {
            return "\(YAMLNode.quoted(text)) is not a label value: use letters, digits,"
                + " '-', '_' and '.', a letter or digit at both ends"
        }
        return nil
    }

    /// The value of an annotation.
    static func annotation(_ text: String) -> String? {
        text.utf8.count <= Limits.annotationBytes
            ? nil : "is longer than \(Limits.annotationBytes) bytes"
    }

    /// The path of a file.
    static func path(_ text: String) -> String? {
        guard !text.isEmpty else { return "the path must not be empty" }
        guard text.utf8.count <= Limits.pathBytes else {
            return "the path is longer than \(Limits.pathBytes) bytes"
        }
        let hasControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return hasControl ? "the path contains a control character" : nil
    }

    /// The path of a file that every worker opens.
    static func absolutePath(_ text: String) -> String? {
        if let problem = path(text) { return problem }
        guard text.hasPrefix("/") else {
            return "must be an absolute path, because every worker opens it"
        }
        let climbs = text.split(separator: "/").contains("..")
        return climbs ? "must not contain '..'" : nil
    }

    /// A SHA-256 digest.
    static func digest(_ text: String) -> String? {
        let isHex = text.utf8.allSatisfy {
            ScalarSyntax.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        return isHex && text.utf8.count == 64 ? nil : "expected 64 lower case hexadecimal digits"
    }

    private static func isWord(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        let isLegal = text.utf8.allSatisfy {
            isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                || $0 == UInt8(ascii: ".")
        }
        return isLegal && isAlphanumeric(first) && isAlphanumeric(last)
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        ScalarSyntax.isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
}
