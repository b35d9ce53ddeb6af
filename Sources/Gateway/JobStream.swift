import ClusterVocabulary
import ControlAPI
import Ledger
import SchedulerService

/// Everything that happens to one job, until it has ended.
struct JobStream {
    private let backend: any SchedulerBackend
    private let id: JobID
    private let name: String
    private let namespace: String
    /// The newest fact sent; 0 when none was and none was asked for.
    private var lastSequence: Int64

    /// A stream that first repeats the facts after `after`, when given.
    init(_ job: JobRecord, after: Int64?, backend: any SchedulerBackend) {
        self.backend = backend
        id = job.id
        name = job.fullName
        namespace = job.namespace
        lastSequence = after ?? 0
        repeats = after != nil
    }

    private let repeats: Bool

    /// Writes until the job has ended or the feed does.
    @concurrent
    mutating func run(_ writer: inout EventWriter) async throws {
        var stream = self
        var events = writer
        try await EventFeed.run(backend) { feed in
            if stream.repeats { try await stream.catchUp(&events) }
            guard try await !stream.sendState(&events) else { return }
            if let progress = stream.backend.view.progress(stream.id) {
                try await stream.send(progress, &events)
            }
            for await item in feed {
                if try await stream.take(item, &events) { return }
            }
        }
        self = stream
        writer = events
    }

    /// Sends what an item says of the job; true when the job has ended.
    @concurrent
    private mutating func take(
        _ item: EventFeed.Item, _ writer: inout EventWriter
    ) async throws -> Bool {
        switch item {
        case .heartbeat:
            try await writer.heartbeat()
            // Items may have been lost while the client was slow; the end must not be.
            guard backend.view.job(id)?.state.isFinal ?? true else { return false }
            return try await sendState(&writer)
        case .change(.fact(let event)):
            guard event.fact.job == id, event.sequence > lastSequence else { return false }
            try await send(event, &writer)
            return event.fact.kind == .deleted
        case .change(.job(let record)):
            guard record.id == id else { return false }
            return try await sendState(&writer, record)
        case .change(.progress(let progress)):
            guard progress.attempt.job == id else { return false }
            try await send(progress, &writer)
        case .change(.output): return false
        case .change(.log(let job, let line)):
            guard job == id else { return false }
            try await writer.send(.log, LogEvent(name: name, id: id.number, line: line))
        case .change(.experiment): break
        }
        return false
    }

    /// Sends the job's state; after a final one the facts still owed and the end.
    @concurrent
    private mutating func sendState(
        _ writer: inout EventWriter, _ known: JobRecord? = nil
    ) async throws -> Bool {
        guard let job = known ?? backend.view.job(id) else { return true }
        let summary = JobSummary(job, progress: nil)
        try await writer.send(.state, summary)
        guard job.state.isFinal else { return false }
        if lastSequence > 0 || repeats { try await catchUp(&writer) }
        try await writer.send(.end, summary)
        return true
    }

    @concurrent
    private mutating func catchUp(_ writer: inout EventWriter) async throws {
        while true {
            let (backend, id, after) = (backend, id, lastSequence)
            let limit = GatewaySettings.mostEvents
            let events = try await BlockingWork.run {
                try backend.events(job: id, after: after, limit: limit)
            }
            for event in events { try await send(event, &writer) }
            if events.count < limit { return }
        }
    }

    @concurrent
    private mutating func send(
        _ event: LedgerEvent, _ writer: inout EventWriter
    ) async throws {
        lastSequence = event.sequence
        let body = EventBody(sequence: event.sequence, fact: event.fact, job: name)
        try await writer.send(.fact, id: event.sequence, body)
    }

    @concurrent
    private func send(
        _ progress: TrainingProgress, _ writer: inout EventWriter
    ) async throws {
        try await writer.send(
            .progress,
            ProgressEvent(
                name: name, namespace: namespace, id: id.number,
                progress: ProgressBody(progress)))
    }
}
