/// The answer to `GET /v1/health`.
package struct HealthBody: Decodable, Hashable, Sendable, JSONWritable {
    /// `ok`, or `diskFull` while new work is refused for want of disk space.
    package var status: String
    /// Free bytes where the ledger is.
    package var freeBytes: Int64
    /// Nodes that take work.
    package var readyNodes: Int
    /// Registered nodes.
    package var nodes: Int
    /// The scheduler's clock, as ``TimeText`` writes times.
    package var time: String?

    /// Makes an answer.
    package init(
        status: String, freeBytes: Int64, readyNodes: Int, nodes: Int, time: String? = nil
    ) {
        self.status = status
        self.freeBytes = freeBytes
        self.readyNodes = readyNodes
        self.nodes = nodes
        self.time = time
    }

    /// Writes the answer.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("status", status)
        json.field("freeBytes", freeBytes)
        json.field("readyNodes", readyNodes)
        json.field("nodes", nodes)
        json.field("time", time)
        json.endObject()
    }
}
