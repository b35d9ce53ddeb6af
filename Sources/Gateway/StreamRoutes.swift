import ControlAPI
import HTTPTypes
import Hummingbird
import SchedulerService

/// Server-sent events.
struct StreamRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/jobs/{name}/stream") { request, context in
            let job = try backend.job(request, context)
            let after = try position(request)
            return EventWriter.response { writer in
                var stream = JobStream(job, after: after, backend: backend)
                try await stream.run(&writer)
            }
        }
        router.get("/v1/events/stream") { request, context in
            let after = try position(request)
            let sender = try context.sender()
            return EventWriter.response { writer in
                try await ClusterStream(backend: backend, sender: sender)
                    .facts(after: after, &writer)
            }
        }
        router.get("/v1/watch") { request, context in
            let stream = ClusterStream(
                backend: backend, sender: try context.sender(),
                namespace: request.query("namespace"))
            return EventWriter.response { writer in try await stream.watch(&writer) }
        }
    }

    /// Behind which fact the client wants to go on; a reconnecting one says so by header.
    private func position(_ request: Request) throws(GatewayFailure) -> Int64? {
        if let header = request.headers[.lastEventID], let number = Int64(header), number >= 0 {
            return number
        }
        return try request.number("after").map(Int64.init)
    }
}
