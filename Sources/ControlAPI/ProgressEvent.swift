/// The data of a stream's `progress` event.
package struct ProgressEvent: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name.
    package var name: String
    /// The namespace.
    package var namespace: String
    /// The number of the job.
    package var id: UInt64
    /// How far it is.
    package var progress: ProgressBody

    /// Makes an event.
    package init(name: String, namespace: String, id: UInt64, progress: ProgressBody) {
        self.name = name
        self.namespace = namespace
        self.id = id
        self.progress = progress
    }

    /// Writes the event.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("namespace", namespace)
        json.field("id", id)
        json.field("progress", progress)
        json.endObject()
    }
}
