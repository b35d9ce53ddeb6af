/// The body of every answer that is not a success.
package struct ErrorBody: Decodable, Hashable, Sendable, JSONWritable {
    /// What went wrong.
    package var error: Failure

    /// What went wrong, for programs and people.
    package struct Failure: Decodable, Hashable, Sendable, JSONWritable {
        /// The cause in PascalCase, such as `NotFound`.
        package var reason: String
        /// What, where, what to do next.
        package var message: String
        /// The problems of a spec, by place; empty otherwise.
        package var diagnostics: [DiagnosticBody]
        /// SHA-256 digests of the files to upload first, 64 hexadecimal digits each; empty
        /// otherwise.
        package var missing: [String]

        /// Makes a failure.
        package init(
            reason: String, message: String, diagnostics: [DiagnosticBody] = [],
            missing: [String] = []
        ) {
            self.reason = reason
            self.message = message
            self.diagnostics = diagnostics
            self.missing = missing
        }

        /// Writes the failure; lists only when there is something in them.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("reason", reason)
            json.field("message", message)
            if !diagnostics.isEmpty { json.list("diagnostics", diagnostics) }
            if !missing.isEmpty { json.field("missing", missing) }
            json.endObject()
        }

        private enum CodingKeys: String, CodingKey {
            case reason
            case message
            case diagnostics
            case missing
        }

        /// Reads a failure; absent lists are empty.
        package init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            reason = try values.decode(String.self, forKey: .reason)
            message = try values.decode(String.self, forKey: .message)
            diagnostics =
                try values.decodeIfPresent([DiagnosticBody].self, forKey: .diagnostics) ?? []
            missing = try values.decodeIfPresent([String].self, forKey: .missing) ?? []
        }
    }

    /// Makes a body.
    package init(_ error: Failure) {
        self.error = error
    }

    /// Writes the body.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("error", error)
        json.endObject()
    }
}
