import Yams

/// Copies a parsed document into the tree of this target, within its bounds.
struct NodeConverter {
    private let collector: DiagnosticCollector
    private let duplicates: DuplicateKeys
    /// Lines and columns to add.
    private let start: SourcePosition
    private var nodeCount = 0
    private var isRefused = false

    init(collector: DiagnosticCollector, duplicates: DuplicateKeys, start: SourcePosition) {
        self.collector = collector
        self.duplicates = duplicates
        self.start = start
    }

    /// The tree, or nothing when a bound was exceeded or a tag is unknown (reported).
    mutating func convert(_ root: Node) -> YAMLNode? {
        let node = convert(root, depth: 1, parent: SourcePosition(origin: 0, line: 1, column: 1))
        return isRefused ? nil : node
    }

    private mutating func convert(_ node: Node, depth: Int, parent: SourcePosition) -> YAMLNode {
        let position = node.mark.map(place) ?? parent
        let nothing = YAMLNode(position: position, content: .scalar("", isPlain: true))
        guard !isRefused else { return nothing }
        nodeCount += 1
        guard nodeCount <= Limits.nodes else {
            return refuse(position, "more than \(Limits.nodes) values in one document")
        }
        guard depth <= Limits.nesting else {
            return refuse(position, "nested deeper than \(Limits.nesting) levels")
        }
        switch node {
        case .scalar(let scalar):
            let tag = node.tag.rawValue
            guard NodeConverter.scalarTags.contains(tag) else {
                return refuse(position, "the tag \(YAMLNode.quoted(tag)) is not supported")
            }
            let isPlain = scalar.style == .plain || scalar.style == .any
            return YAMLNode(
                position: position, content: .scalar(scalar.string, isPlain: isPlain))
        case .sequence(let sequence):
            guard node.tag.rawValue == "tag:yaml.org,2002:seq" else {
                return refuse(position, "tags on lists are not supported")
            }
            let items = sequence.map { convert($0, depth: depth + 1, parent: position) }
            return YAMLNode(position: position, content: .sequence(items))
        case .mapping(let mapping):
            guard node.tag.rawValue == "tag:yaml.org,2002:map" else {
                return refuse(position, "tags on maps are not supported")
            }
            return convert(mapping, position: position, depth: depth)
        case .alias:
            return refuse(position, "aliases are not supported here")
        }
    }

    private mutating func convert(
        _ mapping: Node.Mapping, position: SourcePosition, depth: Int
    ) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        for (key, value) in mapping {
            let keyPosition = key.mark.map(place) ?? position
            guard case .scalar(let scalar) = key else {
                return refuse(keyPosition, "a key must be a simple text")
            }
            let written = key.mark.flatMap {
                duplicates.writtenNames[.init(line: $0.line, column: $0.column)]
            }
            let converted = convert(value, depth: depth + 1, parent: keyPosition)
            entries.append(
                YAMLNode.Entry(
                    key: written ?? scalar.string, keyPosition: keyPosition, value: converted))
        }
        return YAMLNode(position: position, content: .mapping(entries))
    }

    private mutating func refuse(_ position: SourcePosition, _ message: String) -> YAMLNode {
        if !isRefused { collector.report(position, "", message) }
        isRefused = true
        return YAMLNode(position: position, content: .scalar("", isPlain: true))
    }

    private func place(_ mark: Mark) -> SourcePosition {
        SourcePosition(
            origin: start.origin, line: start.line + mark.line, column: start.column + mark.column)
    }

    private static let scalarTags: Set<String> = [
        "", "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float",
        "tag:yaml.org,2002:bool", "tag:yaml.org,2002:null",
    ]
}
