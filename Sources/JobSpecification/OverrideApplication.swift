/// Puts overrides into a document before it is read.
struct OverrideApplication {
    /// Maps of which exactly one key is given: setting another one replaces it.
    private static let unions: Set<String> = [
        "spec.data.source", "spec.data.format", "spec.model", "spec.training.optimizer",
    ]

    private let collector: DiagnosticCollector
    private let overrides: [(override: Override, value: YAMLNode)]

    /// Parses the values once; unreadable ones are reported and left out.
    init(_ overrides: [Override], collector: DiagnosticCollector) {
        self.collector = collector
        self.overrides = overrides.enumerated().compactMap { index, override in
            let origin = index + 1
            let position = SourcePosition(
                origin: origin, line: 1, column: override.valueColumn)
            let nothing = YAMLNode(position: position, content: .scalar("", isPlain: true))
            let parser = DocumentParser(
                collector: collector, origin: origin, columnsBefore: override.valueColumn - 1)
            let before = collector.count
            let documents = parser.documents(of: SourceText(override.valueText))
            guard collector.count == before else { return nil }
            guard documents.count <= 1 else {
                collector.report(position, "", "expected one value")
                return nil
            }
            return (override, documents.first ?? nothing)
        }
    }

    /// Applies all overrides in order.
    func apply(to root: inout YAMLNode) {
        for (override, value) in overrides {
            set(value, at: override.steps[...], path: "", in: &root)
        }
    }

    private func set(
        _ value: YAMLNode, at steps: ArraySlice<Override.Step>, path: String,
        in node: inout YAMLNode
    ) {
        guard let step = steps.first else {
            node = value
            return
        }
        let position = SourcePosition(
            origin: value.position.origin, line: 1, column: step.column)
        let inner = path.isEmpty ? step.name : "\(path).\(step.name)"
        switch node.content {
        case .mapping(var entries):
            if OverrideApplication.unions.contains(path) {
                entries.removeAll { $0.key != step.name }
            }
            if let index = entries.firstIndex(where: { $0.key == step.name }) {
                set(value, at: steps.dropFirst(), path: inner, in: &entries[index].value)
            } else {
                var made = YAMLNode(position: position, content: .mapping([]))
                set(value, at: steps.dropFirst(), path: inner, in: &made)
                entries.append(
                    YAMLNode.Entry(key: step.name, keyPosition: position, value: made))
            }
            node.content = .mapping(entries)
        case .sequence(var items):
            guard let index = Int(step.name), items.indices.contains(index) else {
                collector.report(
                    position, inner, "the list has \(items.count) items, counted from 0")
                return
            }
            set(value, at: steps.dropFirst(), path: inner, in: &items[index])
            node.content = .sequence(items)
        case .scalar:
            guard node.isNull else {
                collector.report(position, inner, "cannot be set inside of \(node.found)")
                return
            }
            node = YAMLNode(position: position, content: .mapping([]))
            set(value, at: steps, path: path, in: &node)
        }
    }
}
