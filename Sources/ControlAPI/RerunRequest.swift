/// The body of `POST /v1/jobs/{name}/rerun`; an empty body is an empty request.
package struct RerunRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// `path=value` texts applied to the recorded spec, in order.
    package var setOverrides: [String]?
    /// Whether what was frozen at the first start is taken over: H and the core type.
    package var exact: Bool?
    /// The same key gives the same job.
    package var idempotencyKey: String?

    /// Makes a request.
    package init(
        setOverrides: [String]? = nil, exact: Bool? = nil, idempotencyKey: String? = nil
    ) {
        self.setOverrides = setOverrides
        self.exact = exact
        self.idempotencyKey = idempotencyKey
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("setOverrides", setOverrides ?? [])
        json.field("exact", exact ?? false)
        json.field("idempotencyKey", idempotencyKey)
        json.endObject()
    }
}
