import ClusterVocabulary
import ControlAPI
import Hummingbird
import Ledger
import SchedulerService

/// Durable facts as lists.
struct EventRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/events") { request, context in
            try await list(request, job: nil, for: try context.sender())
        }
        router.get("/v1/jobs/{name}/events") { request, context in
            try await list(
                request, job: try backend.job(request, context), for: try context.sender())
        }
    }

    private func list(
        _ request: Request, job: JobRecord?, for sender: Identity
    ) async throws -> Response {
        let after = Int64(try request.number("after") ?? 0)
        let limit = min(
            max(1, try request.number("limit") ?? GatewaySettings.mostEvents),
            GatewaySettings.mostEvents)
        let form = try OutputForm(request)
        let backend = backend
        let (events, more) = try await BlockingWork.run {
            try visible(after: after, limit: limit, job: job?.id, for: sender)
        }
        let view = backend.view
        let bodies = events.map { event in
            EventBody(
                sequence: event.sequence, fact: event.fact,
                job: job?.fullName ?? view.job(event.fact.job)?.fullName)
        }
        switch form {
        case .json: return .json(ItemList(bodies, more: more))
        case .name: return .text(bodies.map { "\($0.sequence)\n" }.joined())
        case .table, .wide: return .text(table(bodies))
        }
    }

    /// The facts the sender may know of, and whether others follow: those of other namespaces are
    /// passed over until the answer is full or the history ends.
    private func visible(
        after: Int64, limit: Int, job: JobID?, for sender: Identity
    ) throws -> (events: [LedgerEvent], more: Bool) {
        var found: [LedgerEvent] = []
        var last = after
        while true {
            let events = try backend.events(job: job, after: last, limit: limit)
            for event in events where backend.view.shows(event, to: sender) {
                found.append(event)
                if found.count == limit { return (found, true) }
            }
            guard events.count == limit, let end = events.last else { return (found, false) }
            last = end.sequence
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

extension CommittedView {
    /// Whether a sender may know of a fact: of nodes always, of jobs and experiments in their
    /// namespace, those deleted since too.
    func shows(_ event: LedgerEvent, to sender: Identity) -> Bool {
        guard sender.namespace != nil else { return true }
        if let namespace = event.namespace { return sender.sees(namespace) }
        if event.fact.job.number > 0 {
            return job(event.fact.job).map { sender.sees($0.namespace) } ?? false
        }
        guard let experiment = event.fact.experiment else { return true }
        return experiments.records(namespace: sender.namespace).contains { $0.id == experiment }
    }
}
