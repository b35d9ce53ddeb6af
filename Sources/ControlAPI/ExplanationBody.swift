/// Why a job is where it is: the answer to `GET /v1/jobs/{name}/explain`.
package struct ExplanationBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The run's name.
    package var name: String
    /// Its state.
    package var state: String
    /// The first reason that holds, in PascalCase.
    package var reason: String
    /// The reason as a sentence.
    package var message: String
    /// How many runnable jobs come before it; 0 when it is next.
    package var ahead: Int
    /// How long it has been waiting or waited, such as `6m12s`.
    package var waiting: String
    /// For a waiting job: what each node lacks, by node.
    package var nodes: [Node]

    /// What one node lacks.
    package struct Node: Decodable, Hashable, Sendable, JSONWritable {
        /// The node.
        package var node: String
        /// The first thing it lacks, in PascalCase; `None` when it fits.
        package var reason: String
        /// The same as a sentence.
        package var message: String

        /// Makes an entry.
        package init(node: String, reason: String, message: String) {
            self.node = node
            self.reason = reason
            self.message = message
        }

        /// Writes the entry.
        package func write(into json: inout JSONText) {
            json.beginObject()
            json.field("node", node)
            json.field("reason", reason)
            json.field("message", message)
            json.endObject()
        }
    }

    /// Makes an explanation.
    package init(
        name: String, state: String, reason: String, message: String, ahead: Int,
        waiting: String, nodes: [Node]
    ) {
        self.name = name
        self.state = state
        self.reason = reason
        self.message = message
        self.ahead = ahead
        self.waiting = waiting
        self.nodes = nodes
    }

    /// Writes the explanation.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("state", state)
        json.field("reason", reason)
        json.field("message", message)
        json.field("ahead", ahead)
        json.field("waiting", waiting)
        json.list("nodes", nodes)
        json.endObject()
    }
}
