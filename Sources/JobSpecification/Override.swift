/// One `--set a.b=value` of the command line: replaces a field of every document of a file.
///
/// The path counts from `spec`; `metadata.name` and a written out `spec.` are understood too.
/// The value is YAML, so `hidden=[64, 32]` and `model={softmaxRegression: {}}` work; maps that are
/// missing on the way are made, and setting another member of a union replaces the one given.
package struct Override: Sendable, Equatable {
    /// One step of the path and the column it stands in.
    struct Step: Sendable, Equatable {
        let name: String
        let column: Int
    }

    /// What stands in place of a file name in diagnostics of overrides.
    package static let sourceName = "--set"

    /// The text as given.
    package let text: String
    let steps: [Step]
    let valueText: String
    let valueColumn: Int

    /// Reads `path=value`.
    ///
    /// - Throws: a located diagnostic when there is no `=`, a step is empty or a bound is exceeded.
    ///   Whether path and value fit the spec is found when the override is applied.
    package init(parsing text: String) throws(Diagnostic) {
        func problem(_ column: Int, _ message: String) -> Diagnostic {
            let line = String(
                String.UnicodeScalarView(text.unicodeScalars.prefix(Limits.sourceLineScalars)))
            return Diagnostic(
                file: Override.sourceName, line: 1, column: column, path: "", message: message,
                sourceLine: line)
        }
        guard text.utf8.count <= Limits.overrideBytes else {
            throw problem(1, "longer than \(Limits.overrideBytes) bytes")
        }
        let scalars = Array(text.unicodeScalars)
        if let index = scalars.firstIndex(where: { $0.properties.generalCategory == .control }) {
            throw problem(index + 1, "contains a control character")
        }
        guard let equals = scalars.firstIndex(of: "=") else {
            throw problem(scalars.count + 1, "expected path=value, such as training.epochs=5")
        }
        var steps: [Step] = []
        var start = 0
        for index in 0...equals where index == equals || scalars[index] == "." {
            // Keys of labels contain dots themselves: everything after `labels.` is one key.
            let isLabelKey =
                index < equals && steps.count == 2 && steps[0].name == "metadata"
                && ["labels", "annotations"].contains(steps[1].name)
            if isLabelKey { continue }
            let name = String(String.UnicodeScalarView(scalars[start..<index]))
            guard !name.isEmpty else {
                throw problem(start + 1, "expected a field name before '\(scalars[index])'")
            }
            steps.append(Step(name: name, column: start + 1))
            start = index + 1
        }
        guard steps.count < Limits.nesting else { throw problem(1, "the path is too deep") }
        let isRooted = ["spec", "metadata", "apiVersion", "kind"].contains(steps[0].name)
        self.text = text
        self.steps = isRooted ? steps : [Step(name: "spec", column: 1)] + steps
        valueText = String(String.UnicodeScalarView(scalars[(equals + 1)...]))
        valueColumn = equals + 2
    }
}
