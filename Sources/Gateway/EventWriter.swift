import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// Writes server-sent events; waits while the client takes nothing.
struct EventWriter {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    @concurrent
    mutating func send(
        _ kind: ServerSentEvent.Kind, id: Int64? = nil, _ body: some JSONWritable
    ) async throws {
        let event = ServerSentEvent(kind, id: id, body)
        try await writer.write(ByteBuffer(string: event.wireText))
    }

    @concurrent
    mutating func heartbeat() async throws {
        try await writer.write(ByteBuffer(string: ServerSentEvent.heartbeat))
    }

    @concurrent
    func finish() async throws {
        try await writer.finish(nil)
    }

    /// The answer whose body `run` writes.
    static func response(
        _ run: @escaping @concurrent @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache"],
            body: ResponseBody { writer in
                var events = EventWriter(writer)
                // An immediate byte tells the client that the stream is open.
                try await events.heartbeat()
                try await run(&events)
                try await events.finish()
            })
    }
}
