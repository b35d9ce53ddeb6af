/// The answer to cancel, delete, suspend and resume.
package struct ActionResult: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the job.
    package var id: UInt64

    /// Makes an answer.
    package init(name: String, namespace: String, id: UInt64) {
        self.name = name
        self.namespace = namespace
        self.id = id
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("id", id)
        json.endObject()
    }
}
