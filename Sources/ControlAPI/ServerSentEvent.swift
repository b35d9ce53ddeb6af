/// One event of a `text/event-stream`.
package struct ServerSentEvent: Hashable, Sendable {
    /// The kinds of the streams of this API.
    package enum Kind: String, Sendable, CaseIterable {
        /// A job's record changed: ``JobSummary``.
        case state
        /// A running job is so far: ``ProgressEvent``.
        case progress
        /// A durable fact: ``EventBody``; the only kind with an id.
        case fact
        /// A line of a job's log: ``LogEvent``.
        case log
        /// The job has ended, nothing follows: ``JobSummary``.
        case end
    }

    /// The name of its kind.
    package var name: String
    /// The sequence number of a fact: send it as `Last-Event-ID` to go on behind it.
    package var id: Int64?
    /// JSON on one line.
    package var data: String

    /// Makes an event.
    package init(name: String, id: Int64? = nil, data: String) {
        self.name = name
        self.id = id
        self.data = data
    }

    /// The event of a body.
    package init(_ kind: Kind, id: Int64? = nil, _ body: some JSONWritable) {
        self.init(name: kind.rawValue, id: id, data: body.jsonText)
    }

    /// The kind; `nil` for one this build does not know, which readers skip.
    package var kind: Kind? { Kind(rawValue: name) }

    /// The event as it goes over the wire; JSON has no line breaks, so one `data` line does.
    package var wireText: String {
        let idLine = id.map { "id: \($0)\n" } ?? ""
        return "\(idLine)event: \(name)\ndata: \(data)\n\n"
    }

    /// A comment that keeps a quiet connection alive.
    package static let heartbeat = ": heartbeat\n\n"
    /// Seconds between heartbeats: longer silence means the connection is dead.
    package static let heartbeatSeconds = 10
}
