/// The answer to cordon, drain and uncordon.
package struct NodeActionResult: Decodable, Hashable, Sendable, JSONWritable {
    /// The node.
    package var name: String
    /// `Open`, `Cordoned` or `Draining`.
    package var duty: String
    /// Jobs that run there still.
    package var jobsLeft: Int

    /// Makes an answer.
    package init(name: String, duty: String, jobsLeft: Int) {
        self.name = name
        self.duty = duty
        self.jobsLeft = jobsLeft
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("duty", duty)
        json.field("jobsLeft", jobsLeft)
        json.endObject()
    }
}
