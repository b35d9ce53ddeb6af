/// Puts values in the place of `${…}`, in one pass: what a value contains is never looked at again.
struct PlaceholderSubstitution: Sendable {
    /// A value as text inside of other text, and as YAML where it stands alone.
    struct Value: Sendable, Equatable {
        var text: String
        var yaml: String
    }

    /// What comes before the name inside of the braces.
    let prefix: String
    /// Values by name.
    let values: [String: Value]

    /// The document with all known placeholders replaced; a placeholder that is a whole value
    /// keeps the type of what takes its place.
    func applied(to node: YAMLNode) -> YAMLNode {
        var node = node
        switch node.content {
        case .scalar(let text, let isPlain):
            guard text.utf8.contains(UInt8(ascii: "$")) else { return node }
            if let name = PlaceholderSubstitution.names(in: text).first,
                "${\(name)}" == text, let value = value(named: name)
            {
                return typed(value, at: node.position)
            }
            node.content = .scalar(replaced(text), isPlain: isPlain)
        case .sequence(let items):
            node.content = .sequence(items.map(applied))
        case .mapping(let entries):
            node.content = .mapping(
                entries.map { entry in
                    var entry = entry
                    entry.value = applied(to: entry.value)
                    return entry
                })
        }
        return node
    }

    /// The text with all known placeholders replaced.
    func replaced(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${"),
            let end = rest[start.upperBound...].firstIndex(of: "}")
        {
            result += rest[..<start.lowerBound]
            let name = String(rest[start.upperBound..<end])
            let after = rest.index(after: end)
            if let value = value(named: name) {
                result += value.text
                rest = rest[after...]
            } else {
                result += "${"
                rest = rest[start.upperBound...]
            }
        }
        return result + rest
    }

    private func value(named name: String) -> Value? {
        guard name.hasPrefix(prefix) else { return nil }
        return values[String(name.dropFirst(prefix.count))]
    }

    private func typed(_ value: Value, at position: SourcePosition) -> YAMLNode {
        let collector = DiagnosticCollector(file: "", source: SourceText(""))
        let parser = DocumentParser(collector: collector)
        guard let parsed = parser.documents(of: SourceText(value.yaml)).first,
            collector.count == 0
        else {
            return YAMLNode(position: position, content: .scalar(value.text, isPlain: false))
        }
        return parsed.moved(to: position)
    }

    /// The names between `${` and `}` in a text, in their order.
    static func names(in text: String) -> [String] {
        var names: [String] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { break }
            names.append(String(rest[..<end]))
        }
        return names
    }

    /// The names of all placeholders of a document, with the places of their values.
    static func names(in node: YAMLNode) -> [(name: String, position: SourcePosition)] {
        switch node.content {
        case .scalar(let text, _): names(in: text).map { ($0, node.position) }
        case .sequence(let items): items.flatMap { names(in: $0) }
        case .mapping(let entries): entries.flatMap { names(in: $0.value) }
        }
    }
}
