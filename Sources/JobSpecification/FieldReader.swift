/// Reads the fields of one map; what was not asked for is reported by ``finish()``.
///
/// Every function answers a usable value, the default after a problem: whether the reading
/// succeeded is known from the collector alone, so that all problems are found at once.
final class FieldReader {
    let path: String
    let position: SourcePosition
    let collector: DiagnosticCollector
    /// Where a missing field is reported: the key of this map.
    private let home: SourcePosition
    /// Whether there is a map in which a field could be missing.
    private let isPresent: Bool
    private let entries: [YAMLNode.Entry]
    private var known: [String] = []
    private var elsewhere: [String: String] = [:]

    /// Reads `node`; a missing or empty one has no fields, another shape is reported.
    init(
        _ node: YAMLNode?, path: String, position: SourcePosition, collector: DiagnosticCollector
    ) {
        self.path = path
        self.position = node?.position ?? position
        self.collector = collector
        home = position
        guard let node, !node.isNull else {
            entries = []
            isPresent = node != nil
            return
        }
        guard case .mapping(let entries) = node.content else {
            self.entries = []
            isPresent = false
            collector.report(node.position, path, "expected a map, found \(node.found)")
            return
        }
        self.entries = entries
        isPresent = true
    }

    func path(_ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    /// The path of a field as written, cut when long.
    private func shownPath(_ name: String) -> String {
        path(String(String.UnicodeScalarView(name.unicodeScalars.prefix(Limits.quotedScalars))))
    }

    /// Reports a problem of the field's value, or of this map when the field is missing.
    func report(_ name: String, _ message: String) {
        collector.report(entry(name)?.value.position ?? position, path(name), message)
    }

    /// The entry of a field, noting that its name is valid.
    func entry(_ name: String) -> YAMLNode.Entry? {
        if !known.contains(name) { known.append(name) }
        return entries.first { $0.key == name }
    }

    /// The value of a field, noting that its name is valid.
    func value(_ name: String) -> YAMLNode? {
        entry(name)?.value
    }

    /// Whether the field is written with a value.
    func has(_ name: String) -> Bool {
        value(name).map { !$0.isNull } ?? false
    }

    /// The keys as written, for maps whose keys are free.
    var writtenEntries: [YAMLNode.Entry] { entries }

    /// Reports a field without a default as missing, unless this map is missing as a whole.
    func require(_ name: String, _ example: String) {
        guard entry(name) == nil, isPresent else { return }
        collector.report(home, path(name), "is missing, for example: \(example)")
    }

    /// The map in a field.
    func section(_ name: String) -> FieldReader {
        let entry = entry(name)
        return FieldReader(
            entry?.value, path: path(name), position: entry?.keyPosition ?? position,
            collector: collector)
    }

    /// Refuses a field that is understood but not built in this release.
    func refuse(_ name: String, _ reason: String) {
        guard let entry = entry(name) else { return }
        collector.report(entry.keyPosition, path(name), reason)
    }

    /// Names that people may expect here, with the place where they belong.
    func belongsElsewhere(_ places: [String: String]) {
        elsewhere = places
    }

    /// Reports unknown and repeated fields.
    func finish() {
        finishRepeated()
        for entry in entries where !known.contains(entry.key) {
            let hint: String
            if let place = elsewhere[entry.key] {
                hint = ", it belongs in \(place)"
            } else {
                hint = NearestName.hint(for: entry.key, among: known)
            }
            collector.report(entry.keyPosition, shownPath(entry.key), "unknown field\(hint)")
        }
    }

    /// Reports repeated fields only, for maps whose keys are free.
    func finishRepeated() {
        var first: [String: SourcePosition] = [:]
        for entry in entries {
            if let earlier = first[entry.key] {
                let place = "first on line \(earlier.line)"
                collector.report(
                    entry.keyPosition, shownPath(entry.key), "is given twice, \(place)")
            } else {
                first[entry.key] = entry.keyPosition
            }
        }
    }
}
