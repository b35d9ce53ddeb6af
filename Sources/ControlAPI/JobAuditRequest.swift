/// The body of `POST /v1/jobs/{name}/audit`; an empty body is an empty request.
package struct JobAuditRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// How many rounds are done again, the first ones; absent means all whose digests are kept.
    package var rounds: Int64?

    /// Makes a request.
    package init(rounds: Int64? = nil) {
        self.rounds = rounds
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.key("rounds")
        if let rounds { json.value(rounds) } else { json.null() }
        json.endObject()
    }
}
