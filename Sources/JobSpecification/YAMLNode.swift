/// A value of a document with its place: the tree every reader of this target walks.
struct YAMLNode: Sendable {
    /// One key of a map with its value.
    struct Entry: Sendable {
        var key: String
        var keyPosition: SourcePosition
        var value: YAMLNode
    }

    /// The three shapes of YAML.
    enum Content: Sendable {
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    var position: SourcePosition
    var content: Content

    /// Whether the value was left out or written as `null`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What a person would call the value, for `found …`.
    var found: String {
        switch content {
        case .scalar(let text, let isPlain):
            if isNull { return "nothing" }
            return isPlain && YAMLNode.isBare(text) ? text : "the text \(YAMLNode.quoted(text))"
        case .sequence: return "a list"
        case .mapping: return "a map"
        }
    }

    /// Whether the text is a short number, amount or truth value.
    private static func isBare(_ text: String) -> Bool {
        if (try? ScalarSyntax.decimal(text)) != nil || text == "true" || text == "false" {
            return true
        }
        let isWord = text.utf8.allSatisfy {
            NameRules.isAlphanumeric($0) || $0 == UInt8(ascii: ".")
        }
        return isWord && text.utf8.first.map(ScalarSyntax.isDigit) ?? false
            && text.utf8.count <= Limits.quotedScalars
    }

    /// The text in quotes, cut when long.
    static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > Limits.quotedScalars else { return "\"\(text)\"" }
        let head = String(String.UnicodeScalarView(scalars.prefix(Limits.quotedScalars)))
        return "\"\(head)…\""
    }
}
