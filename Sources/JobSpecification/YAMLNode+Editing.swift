/// Reading and changing single fields of a tree, and writing it as text again.
extension YAMLNode {
    /// The value of a field; `nil` when this is no map or has no such field.
    subscript(field name: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == name }?.value
    }

    /// The text of a scalar.
    var scalarText: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// Sets a field of this map; other shapes become a map.
    mutating func set(field name: String, to value: YAMLNode) {
        var entries: [Entry] = []
        if case .mapping(let known) = content { entries = known }
        if let index = entries.firstIndex(where: { $0.key == name }) {
            entries[index].value = value
        } else {
            entries.append(Entry(key: name, keyPosition: position, value: value))
        }
        content = .mapping(entries)
    }

    /// Sets a text in a map of this map.
    mutating func set(field name: String, to text: String, in section: String) {
        var inner = self[field: section] ?? YAMLNode(position: position, content: .mapping([]))
        inner.set(
            field: name,
            to: YAMLNode(position: inner.position, content: .scalar(text, isPlain: false)))
        set(field: section, to: inner)
    }

    /// The same tree with every value at one place.
    func moved(to place: SourcePosition) -> YAMLNode {
        var node = self
        node.position = place
        switch content {
        case .scalar: break
        case .sequence(let items): node.content = .sequence(items.map { $0.moved(to: place) })
        case .mapping(let entries):
            node.content = .mapping(
                entries.map {
                    Entry(key: $0.key, keyPosition: place, value: $0.value.moved(to: place))
                })
        }
        return node
    }

    /// The value on one line, as YAML.
    var flowText: String {
        switch content {
        case .scalar(let text, let isPlain): YAMLNode.scalar(text, isPlain: isPlain)
        case .sequence(let items): "[\(items.map(\.flowText).joined(separator: ", "))]"
        case .mapping(let entries):
            "{"
                + entries.map { "\(CanonicalYAML.text($0.key)): \($0.value.flowText)" }
                .joined(separator: ", ") + "}"
        }
    }

    /// The value as lines of YAML, maps and lists of maps in blocks.
    func blockLines(indent: String = "") -> [String] {
        switch content {
        case .scalar: return ["\(indent)\(flowText)"]
        case .sequence(let items):
            guard !items.isEmpty, items.contains(where: \.isNested) else {
                return ["\(indent)\(flowText)"]
            }
            return items.flatMap { item -> [String] in
                var lines = item.blockLines(indent: indent + "  ")
                lines[0] = "\(indent)- \(lines[0].dropFirst(indent.count + 2))"
                return lines
            }
        case .mapping(let entries):
            guard !entries.isEmpty else { return ["\(indent){}"] }
            return entries.flatMap { entry -> [String] in
                let key = "\(indent)\(CanonicalYAML.text(entry.key)):"
                let lines = entry.value.blockLines(indent: indent + "  ")
                guard entry.value.isNested else {
                    return ["\(key) \(lines[0].drop { $0 == " " })"]
                }
                return [key] + lines
            }
        }
    }

    /// Whether it is a map or a list of maps.
    private var isNested: Bool {
        switch content {
        case .scalar: false
        case .sequence(let items): items.contains(where: \.isNested)
        case .mapping(let entries): !entries.isEmpty
        }
    }

    private static func scalar(_ text: String, isPlain: Bool) -> String {
        guard isPlain else { return quoted(scalar: text) }
        // A plain text over lines, or one that means something inside of brackets, needs quotes.
        let isSafe =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                ($0.properties.isAlphabetic && $0.isASCII) || ("0"..."9").contains($0)
                    || "+-._/@~".unicodeScalars.contains($0)
            } && text.first != "@"
        if text.isEmpty { return "null" }
        return isSafe ? text : quoted(scalar: text)
    }

    /// In double quotes always, so that it stays a text.
    private static func quoted(scalar text: String) -> String {
        let canonical = CanonicalYAML.text(text)
        return canonical.hasPrefix("\"") ? canonical : "\"\(canonical)\""
    }
}
