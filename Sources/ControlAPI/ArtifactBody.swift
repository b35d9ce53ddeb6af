/// A stored file: the answer to `PUT /v1/artifacts/{sha256}`.
package struct ArtifactBody: Decodable, Hashable, Sendable, JSONWritable {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    package var sha256: String
    /// Its bytes.
    package var bytes: Int

    /// Makes an answer.
    package init(sha256: String, bytes: Int) {
        self.sha256 = sha256
        self.bytes = bytes
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("sha256", sha256)
        json.field("bytes", bytes)
        json.endObject()
    }
}
