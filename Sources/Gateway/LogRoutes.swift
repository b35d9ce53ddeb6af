import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore
import SchedulerService

/// Job logs as text, whole or followed.
struct LogRoutes: Sendable {
    let backend: any SchedulerBackend

    /// The shortest time between two reads of a followed log.
    private static let pause = Duration.milliseconds(100)

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/jobs/{name}/logs") { request, context in
            let job = try backend.job(request, context)
            let follows = try request.flag("follow")
            if job.command != nil {
                return OutputStreaming(backend: backend, job: job).text(follows: follows)
            }
            guard follows else {
                let text = try await read(job.id)
                return Response.text(text)
            }
            return follow(job.id)
        }
        router.get("/v1/jobs/{name}/output") { request, context in
            let job = try backend.job(request, context)
            let from = Int64(try request.number("from") ?? 0)
            return OutputStreaming(backend: backend, job: job)
                .records(from: from, follows: try request.flag("follow"))
        }
    }

    private func read(_ job: JobID) async throws -> String {
        let backend = backend
        return try await BlockingWork.run { try backend.log(of: job) }
    }

    private func follow(_ job: JobID) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody { writer in
                var output = writer
                // One pending sign of change is enough: the whole log is read again anyway.
                try await EventFeed.run(backend, keeping: 1) { feed in
                    var sent = 0
                    if try await send(job, from: &sent, to: &output) { return }
                    for await _ in feed {
                        if try await send(job, from: &sent, to: &output) { return }
                        try await Task.sleep(for: LogRoutes.pause)
                    }
                }
                try await output.finish(nil)
            })
    }

    /// Sends what is new; true when the job had ended before the log was read.
    @concurrent
    private func send(
        _ job: JobID, from sent: inout Int, to writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let isOver = backend.view.job(job)?.state.isFinal ?? true
        let text = try await read(job)
        let fresh = text.utf8.dropFirst(sent)
        if !fresh.isEmpty {
            try await writer.write(ByteBuffer(bytes: fresh))
            sent += fresh.count
        }
        return isOver
    }
}
