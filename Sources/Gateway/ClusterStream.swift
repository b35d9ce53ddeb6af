import ClusterVocabulary
import ControlAPI
import Ledger
import SchedulerService

/// What happens in the whole cluster, for as long as the client listens.
struct ClusterStream: Sendable {
    let backend: any SchedulerBackend
    /// Who listens.
    let sender: Identity
    /// The namespace of the jobs shown; `nil` means all.
    var namespace: String?

    /// The active jobs, then every change of state, progress and fact.
    @concurrent
    func watch(_ writer: inout EventWriter) async throws {
        var events = writer
        try await EventFeed.run(backend) { feed in
            for job in backend.view.jobs(namespace: namespace).map(\.record)
            where !job.state.isFinal {
                let progress = backend.view.progress(job.id)
                try await events.send(.state, JobSummary(job, progress: progress))
            }
            for await item in feed { try await show(item, &events) }
        }
        writer = events
    }

    @concurrent
    private func show(_ item: EventFeed.Item, _ writer: inout EventWriter) async throws {
        switch item {
        case .heartbeat: try await writer.heartbeat()
        case .change(.job(let job)):
            guard isShown(job) else { return }
            let progress = job.state == .running ? backend.view.progress(job.id) : nil
            try await writer.send(.state, JobSummary(job, progress: progress))
        case .change(.progress(let progress)):
            guard let job = backend.view.job(progress.attempt.job), isShown(job) else { return }
            try await writer.send(
                .progress,
                ProgressEvent(
                    name: job.fullName, namespace: job.namespace, id: job.id.number,
                    progress: ProgressBody(progress)))
        case .change(.fact(let event)):
            let job = backend.view.job(event.fact.job)
            if let job, !isShown(job) { return }
            guard backend.view.shows(event, to: sender) else { return }
            try await send(event, &writer)
        case .change(.log), .change(.output), .change(.experiment): return
        }
    }

    private func isShown(_ job: JobRecord) -> Bool {
        namespace == nil || job.namespace == namespace
    }

    /// Every fact; with `after` those behind that sequence number first. No fact is left out:
    /// those lost while the client was slow are read from the ledger.
    @concurrent
    func facts(after: Int64?, _ writer: inout EventWriter) async throws {
        var events = writer
        var last = after ?? 0
        try await EventFeed.run(backend) { feed in
            if let after { last = try await catchUp(after, &events) }
            for await item in feed {
                switch item {
                case .heartbeat: try await events.heartbeat()
                case .change(.fact(let event)) where event.sequence > last:
                    if (last > 0 || after != nil), event.sequence > last + 1 {
                        last = try await catchUp(last, &events)
                    }
                    guard event.sequence > last else { continue }
                    if backend.view.shows(event, to: sender) {
                        try await send(event, &events)
                    }
                    last = event.sequence
                case .change: continue
                }
            }
        }
        writer = events
    }

    /// Sends the facts behind a sequence number and gives the number of the last.
    @concurrent
    private func catchUp(_ sequence: Int64, _ writer: inout EventWriter) async throws -> Int64 {
        var last = sequence
        while true {
            let (backend, after) = (backend, last)
            let limit = GatewaySettings.mostEvents
            let events = try await BlockingWork.run {
                try backend.events(job: nil, after: after, limit: limit)
            }
            for event in events where backend.view.shows(event, to: sender) {
                try await send(event, &writer)
            }
            last = events.last?.sequence ?? last
            if events.count < limit { return last }
        }
    }

    @concurrent
    private func send(_ event: LedgerEvent, _ writer: inout EventWriter) async throws {
        let name = backend.view.job(event.fact.job)?.fullName
        try await writer.send(
            .fact, id: event.sequence,
            EventBody(sequence: event.sequence, fact: event.fact, job: name))
    }
}
