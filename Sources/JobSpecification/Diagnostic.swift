/// One problem of an input, with its place: everything a person needs to correct it.
package struct Diagnostic: Error, Sendable, Equatable {
    /// The file as the person named it, or `--set` for an override.
    package let file: String
    /// The line, from 1; for an override its number among the overrides.
    package let line: Int
    /// The column, from 1, counted in Unicode scalars.
    package let column: Int
    /// The field, such as `spec.training.epochs`; empty when the problem is not about a field.
    package let path: String
    /// What is wrong, with the nearest valid name or the next thing to do.
    package let message: String
    /// The source line the column points into.
    package let sourceLine: String?

    /// Makes a diagnostic.
    package init(
        file: String, line: Int, column: Int, path: String, message: String, sourceLine: String?
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.sourceLine = sourceLine
    }

    /// The head line `file:line:column  path: message`, then the source line and a caret.
    ///
    /// Without a trailing line break. Control characters of the input are shown as `?`, so that
    /// a file cannot steer the terminal.
    package func rendered() -> String {
        let place = "\(Diagnostic.harmless(file)):\(line):\(column)"
        let subject = path.isEmpty ? message : "\(path): \(message)"
        let head = "\(place)  \(Diagnostic.harmless(subject))"
        guard let sourceLine else { return head }
        let scalars = Array(sourceLine.unicodeScalars)
        let target = min(max(column - 1, 0), scalars.count)
        let indent = scalars.prefix { $0 == " " || $0 == "\t" }.count
        var first = min(indent, target)
        if target - first > Limits.shownLineScalars - 20 {
            first = target - Limits.shownLineScalars / 2
        }
        let last = min(scalars.count, first + Limits.shownLineScalars)
        let shown = Diagnostic.harmless(scalars[first..<last])
        let caret = String(repeating: " ", count: target - first) + "^"
        return "\(head)\n    \(shown)\n    \(caret)"
    }

    /// The text with control and direction-changing characters replaced by `?`, tabs by a space.
    static func harmless(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            case .control: view.append(scalar == "\t" ? " " : "?")
            case .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate:
                view.append("?")
            default: view.append(scalar)
            }
        }
        return String(view)
    }

    /// The text with control and direction-changing characters replaced.
    static func harmless(_ text: String) -> String {
        harmless(text.unicodeScalars)
    }
}
