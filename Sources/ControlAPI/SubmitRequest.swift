/// The body of `POST /v1/jobs`.
package struct SubmitRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// The documents, YAML; every document is one job.
    package var specification: String
    /// How the person named the file, for diagnostics only.
    package var file: String?
    /// `path=value` texts applied to every document, in order.
    package var setOverrides: [String]?
    /// The same key gives the same jobs; `#1`, `#2`, … is appended per document when there are
    /// several.
    package var idempotencyKey: String?

    /// The longest key accepted, in UTF-8 bytes.
    package static let longestKey = 200

    /// Makes a request.
    package init(
        specification: String, file: String? = nil, setOverrides: [String]? = nil,
        idempotencyKey: String? = nil
    ) {
        self.specification = specification
        self.file = file
        self.setOverrides = setOverrides
        self.idempotencyKey = idempotencyKey
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("specification", specification)
        json.field("file", file)
        json.field("setOverrides", setOverrides ?? [])
        json.field("idempotencyKey", idempotencyKey)
        json.endObject()
    }
}
