/// An accepted job: one element of the answer to `POST /v1/jobs`, the answer to a rerun.
package struct SubmittedJob: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name, such as `digits-3`.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the job.
    package var id: UInt64
    /// Whether an earlier submission with the same key made the job.
    package var repeated: Bool

    /// Makes an answer.
    package init(name: String, namespace: String, id: UInt64, repeated: Bool) {
        self.name = name
        self.namespace = namespace
        self.id = id
        self.repeated = repeated
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("id", id)
        json.field("repeated", repeated)
        json.endObject()
    }
}
