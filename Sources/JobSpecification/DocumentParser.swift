import Yams

/// Turns text into located trees; everything unusual becomes a diagnostic.
struct DocumentParser {
    private let collector: DiagnosticCollector
    /// Which input the positions belong to: 0 for the file, n for the n-th override.
    private let origin: Int
    /// Added to columns: where the text begins in its override.
    private let columnsBefore: Int

    init(collector: DiagnosticCollector, origin: Int = 0, columnsBefore: Int = 0) {
        self.collector = collector
        self.origin = origin
        self.columnsBefore = columnsBefore
    }

    /// The documents of a file that could be parsed, empty ones left out.
    func documents(of source: SourceText) -> [YAMLNode] {
        let start = SourcePosition(origin: origin, line: 1, column: 1)
        guard source.text.utf8.count <= Limits.textBytes else {
            collector.report(start, "", "the text is longer than \(Limits.textBytes) bytes")
            return []
        }
        if let (position, scalar) = source.firstForbidden() {
            let code = String(scalar.value, radix: 16, uppercase: true)
            collector.report(position, "", "the control character U+\(code) is not YAML text")
            return []
        }
        guard source.mostAliases() <= Limits.aliases else {
            collector.report(
                start, "", "more than \(Limits.aliases) aliases (*name): write the values out")
            return []
        }
        let chunks = source.chunks()
        guard chunks.count <= Limits.documents else {
            let place = SourcePosition(
                origin: origin, line: chunks[Limits.documents].linesBefore + 1, column: 1)
            collector.report(place, "", "more than \(Limits.documents) documents in one file")
            return []
        }
        return chunks.flatMap(documents(of:))
    }

    private func documents(of chunk: SourceText.Chunk) -> [YAMLNode] {
        guard refuseDirectives(in: chunk) == false else { return [] }
        var duplicates = DuplicateKeys(chunk.text)
        while true {
            do {
                let parser = try Parser(
                    yaml: duplicates.text, resolver: .basic, encoding: .utf8)
                var result: [YAMLNode] = []
                while let root = try parser.nextRoot() {
                    var converter = NodeConverter(
                        collector: collector, duplicates: duplicates,
                        start: SourcePosition(
                            origin: origin, line: chunk.linesBefore, column: columnsBefore))
                    if let node = converter.convert(root), !node.isNull { result.append(node) }
                    if result.count > Limits.documents { break }
                }
                return result
            } catch let error as YamlError {
                if case .duplicatedKeysInMapping(let names, let context) = error,
                    duplicates.rename(names.first ?? "", at: context.mark)
                {
                    continue
                }
                report(error, chunk: chunk)
                return []
            } catch {
                collector.report(place(1, 1, chunk), "", "the document cannot be read: \(error)")
                return []
            }
        }
    }

    private func refuseDirectives(in chunk: SourceText.Chunk) -> Bool {
        var isRefused = false
        var mayFollow = true
        for (index, line) in chunk.text.split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline
        ).enumerated() {
            if mayFollow, line.hasPrefix("%") {
                let message = "YAML directives are not supported, remove this line"
                collector.report(place(index + 1, 1, chunk), "", message)
                isRefused = true
                continue
            }
            let isBlank = line.allSatisfy(\.isWhitespace) || line.hasPrefix("#")
            mayFollow = (mayFollow && isBlank) || line.hasPrefix("...")
        }
        return isRefused
    }

    private func place(_ line: Int, _ column: Int, _ chunk: SourceText.Chunk) -> SourcePosition {
        SourcePosition(
            origin: origin, line: chunk.linesBefore + line, column: columnsBefore + column)
    }

    private func report(_ error: YamlError, chunk: SourceText.Chunk) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            var message = "not valid YAML: \(problem)"
            if let context {
                let line = chunk.linesBefore + context.mark.line
                message += " (\(context.text) that began on line \(line))"
            }
            if problem.contains("cannot start any token") {
                message += "; indent with spaces, and quote texts that begin with @, ` or a tab"
            } else if problem.contains("mapping values are not allowed") {
                message += "; quote texts that contain ': '"
            }
            collector.report(place(mark.line, mark.column, chunk), "", message)
        case .duplicatedKeysInMapping(let names, let context):
            let name = YAMLNode.quoted(names.first ?? "")
            let mark = context.mark
            collector.report(
                place(mark.line, mark.column, chunk), "", "the key \(name) is given twice")
        case .reader(let problem, _, _, _):
            collector.report(place(1, 1, chunk), "", "not valid YAML: \(problem)")
        default:
            collector.report(place(1, 1, chunk), "", "the document cannot be read")
        }
    }
}
