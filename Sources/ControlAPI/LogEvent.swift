/// The data of a stream's `log` event.
package struct LogEvent: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name.
    package var name: String
    /// The number of the job.
    package var id: UInt64
    /// The line, without its break.
    package var line: String

    /// Makes an event.
    package init(name: String, id: UInt64, line: String) {
        self.name = name
        self.id = id
        self.line = line
    }

    /// Writes the event.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("id", id)
        json.field("line", line)
        json.endObject()
    }
}
