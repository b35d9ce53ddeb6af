/// Whether the scheduler's host reached a port of the sender's.
package struct ProbeBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The port tried.
    package var port: Int
    /// Why it was not reached; `nil` when it was.
    package var reason: String?

    /// Makes an answer.
    package init(port: Int, reason: String?) {
        self.port = port
        self.reason = reason
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("port", port)
        json.field("reason", reason)
        json.endObject()
    }
}
