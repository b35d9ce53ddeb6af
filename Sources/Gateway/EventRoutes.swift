import ClusterVocabulary
import ControlAPI
import Hummingbird
import Ledger
import SchedulerService

/// Durable facts as lists.
struct EventRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/events") { request, _ in try await list(request, job: nil) }
        router.get("/v1/jobs/{name}/events") { request, context in
            try await list(request, job: try backend.job(request, context))
        }
    }

    private func list(_ request: Request, job: JobRecord?) async throws -> Response {
        let after = Int64(try request.number("after") ?? 0)
        let limit = min(
            max(1, try request.number("limit") ?? GatewaySettings.mostEvents),
            GatewaySettings.mostEvents)
        let form = try OutputForm(request)
        let backend = backend
        let events = try await BlockingWork.run {
            try backend.events(job: job?.id, after: after, limit: limit)
        }
        let view = backend.view
        let bodies = events.map { event in
            EventBody(
                sequence: event.sequence, fact: event.fact,
                job: job?.fullName ?? view.job(event.fact.job)?.fullName)
        }
        switch form {
        case .json: return .json(ItemList(bodies, more: events.count == limit))
        case .name: return .text(bodies.map { "\($0.sequence)\n" }.joined())
        case .table, .wide: return .text(table(bodies))
        }
    }

    private func table(_ events: [EventBody]) -> String {
        var table = TextTable(
            [
                ("SEQUENCE", .trailing), ("TIME", .leading), ("KIND", .leading),
                ("JOB", .leading), ("NODE", .leading), ("REASON", .leading),
                ("MESSAGE", .leading),
            ], rowCapacity: events.count)
        for event in events {
            table.append([
                String(event.sequence), event.at ?? "", event.kind, event.job ?? "", event.node,
                event.reason == "None" ? "" : event.reason, event.message,
            ])
        }
        return table.text
    }
}
