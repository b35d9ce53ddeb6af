/// One problem of a spec with its place.
package struct DiagnosticBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The file as the client named it, or `--set` for an override.
    package var file: String
    /// The line, from 1.
    package var line: Int
    /// The column, from 1, in Unicode scalars.
    package var column: Int
    /// The field, such as `spec.training.epochs`; empty when it is not about a field.
    package var path: String
    /// What is wrong and what to do.
    package var message: String
    /// Head line, source line and caret, ready to print.
    package var rendered: String

    /// Makes a diagnostic.
    package init(
        file: String, line: Int, column: Int, path: String, message: String, rendered: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.rendered = rendered
    }

    /// Writes the diagnostic.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("file", file)
        json.field("line", line)
        json.field("column", column)
        json.field("path", path)
        json.field("message", message)
        json.field("rendered", rendered)
        json.endObject()
    }
}
