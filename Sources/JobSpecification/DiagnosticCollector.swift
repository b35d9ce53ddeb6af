/// Gathers the problems of one reading; ordered by place when handed out.
final class DiagnosticCollector {
    private let file: String
    private let source: SourceText
    private let overrides: [Override]
    private var found: [(position: SourcePosition, path: String, message: String)] = []
    /// How many were reported, repeated and unkept ones included.
    private(set) var count = 0
    private var dropped = 0
    /// What is left out though nothing is wrong, in order.
    private(set) var warnings: [Diagnostic] = []
    /// Problems of other files that belong to this reading.
    private var adopted: [Diagnostic] = []

    init(file: String, source: SourceText, overrides: [Override] = []) {
        self.file = file
        self.source = source
        self.overrides = overrides
    }

    func report(_ position: SourcePosition, _ path: String, _ message: String) {
        count += 1
        guard found.count < Limits.diagnostics else {
            dropped += 1
            return
        }
        // An override is applied to every document; its fault is told once.
        let isRepeated =
            position.origin > 0
            && found.contains { ($0.position, $0.path, $0.message) == (position, path, message) }
        if !isRepeated { found.append((position, path, message)) }
    }

    /// Notes something that is accepted and has no effect here.
    func warn(_ position: SourcePosition, _ path: String, _ message: String) {
        guard warnings.count < Limits.diagnostics else { return }
        warnings.append(diagnostic(position, path, message))
    }

    /// Takes over the problems of another reading: of a part of this text, or of a file it names.
    func adopt(_ diagnostics: [Diagnostic]) {
        let own = diagnostics.filter { $0.file == file }
        for diagnostic in own {
            let place = SourcePosition(
                origin: 0, line: diagnostic.line, column: diagnostic.column)
            report(place, diagnostic.path, diagnostic.message)
        }
        count += diagnostics.count - own.count
        for diagnostic in diagnostics where diagnostic.file != file && !adopted.contains(diagnostic)
        {
            guard adopted.count < Limits.diagnostics else { return }
            adopted.append(diagnostic)
        }
    }

    /// Everything kept, ordered by place, with a last line when more were found.
    func diagnostics() -> [Diagnostic] {
        let ordered = found.enumerated().sorted {
            ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
        }
        var result = ordered.map { entry in
            diagnostic(entry.element.position, entry.element.path, entry.element.message)
        }
        if dropped > 0, let last = ordered.last?.element.position {
            result.append(diagnostic(last, "", "\(dropped) more problems are not shown"))
        }
        return result + adopted
    }

    private func diagnostic(
        _ position: SourcePosition, _ path: String, _ message: String
    ) -> Diagnostic {
        guard position.origin > 0 else {
            return Diagnostic(
                file: file, line: position.line, column: position.column, path: path,
                message: message, sourceLine: source.line(position.line))
        }
        let index = position.origin - 1
        let text = overrides.indices.contains(index) ? overrides[index].text : nil
        return Diagnostic(
            file: Override.sourceName, line: position.origin, column: position.column, path: path,
            message: message, sourceLine: text)
    }
}
