/// The answer to `GET /v1/version`.
package struct VersionBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The product's version.
    package var version: String
    /// The version of this API, `v1`.
    package var api: String
    /// This life of the scheduler; changes with every start.
    package var incarnation: String
    /// Its start, as ``TimeText`` writes times.
    package var startedAt: String?

    /// Makes an answer.
    package init(version: String, api: String, incarnation: String, startedAt: String?) {
        self.version = version
        self.api = api
        self.incarnation = incarnation
        self.startedAt = startedAt
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("version", version)
        json.field("api", api)
        json.field("incarnation", incarnation)
        json.field("startedAt", startedAt)
        json.endObject()
    }
}
