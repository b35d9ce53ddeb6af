import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import SchedulerCore
import SchedulerService

/// Looking at jobs and acting on them.
struct JobRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/jobs") { request, _ in try list(request) }
        router.get("/v1/jobs/{name}") { request, context in
            try await describe(request, context)
        }
        router.get("/v1/jobs/{name}/spec") { request, context in
            Response.bytes(
                Array(try await specification(of: try job(request, context)).utf8),
                type: "application/yaml")
        }
        router.get("/v1/jobs/{name}/explain") { request, context in
            try await explain(request, context)
        }
        router.delete("/v1/jobs/{name}") { request, context in
            try await act(request, context) { await backend.delete($0) }
        }
        router.post("/v1/jobs/{name}/cancel") { request, context in
            try await act(request, context) { await backend.cancel($0) }
        }
        router.post("/v1/jobs/{name}/suspend") { request, context in
            try await act(request, context) { await backend.suspend($0, true) }
        }
        router.post("/v1/jobs/{name}/resume") { request, context in
            try await act(request, context) { await backend.suspend($0, false) }
        }
    }

    // MARK: Looking

    private func list(_ request: Request) throws -> Response {
        let now = WallTime.milliseconds
        let filter = try JobFilter(request, now: now)
        let form = try OutputForm(request)
        let view = backend.view
        let (jobs, more) = filter.apply(to: view.jobs(namespace: filter.namespace))
        func progress(_ job: CommittedJob) -> TrainingProgress? {
            job.record.state == .running ? view.progress(job.record.id) : nil
        }
        switch form {
        case .json:
            // Bytes of a typical summary, so that the text grows once.
            var json = JSONText(capacity: 512 * (jobs.count + 1))
            json.beginObject()
            json.key("items")
            json.beginArray()
            for job in jobs {
                json.value(JobSummary(job.record, progress: progress(job)))
            }
            json.endArray()
            json.field("more", more)
            json.endObject()
            return .json(json)
        case .table, .wide:
            var table = JobTable(isWide: form == .wide, now: now, rowCapacity: jobs.count)
            for job in jobs { table.append(job.record, progress: progress(job)) }
            return .bytes(table.bytes, type: "text/plain; charset=utf-8")
        case .name:
            return .text(jobs.map { $0.record.fullName + "\n" }.joined())
        }
    }

    private func describe(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let job = try job(request, context)
        let yaml = try await specification(of: job)
        return .json(JobDescription(job, yaml: yaml, progress: backend.view.progress(job.id)))
    }

    private func explain(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let job = try job(request, context)
        guard let explanation = await backend.explain(job.id) else {
            throw GatewayFailure(
                .serviceUnavailable, "LimitReached",
                "the scheduler is overloaded or just forgot the job; try again", retryAfter: 1)
        }
        let end = job.startedAt > 0 ? job.startedAt : WallTime.milliseconds
        let nodes = explanation.nodes.map { node in
            ExplanationBody.Node(
                node: node.node.name, reason: node.reason.code.word,
                message: node.reason.message)
        }
        return .json(
            ExplanationBody(
                name: job.fullName, state: explanation.state.word,
                reason: explanation.reason.code.word, message: explanation.reason.message,
                ahead: explanation.ahead,
                waiting: TimeText.age(milliseconds: end - job.submittedAt), nodes: nodes))
    }

    /// The job a path names.
    private func job(_ request: Request, _ context: GatewayContext) throws -> JobRecord {
        try backend.job(request, context)
    }

    private func specification(of job: JobRecord) async throws -> String {
        let backend = backend
        let text = try await BlockingWork.run { try backend.specification(of: job.id) }
        return text ?? ""
    }

    // MARK: Acting

    private func act(
        _ request: Request, _ context: GatewayContext,
        _ action: (JobID) async -> SchedulerEffects.Answer
    ) async throws -> Response {
        _ = try context.writer()
        let job = try job(request, context)
        try context.requireOwner(job.user, of: job.fullName)
        switch await action(job.id) {
        case .refused(let reason): throw GatewayFailure(reason)
        case .done, .accepted, .assigned:
            return .json(
                ActionResult(
                    name: job.fullName, namespace: job.namespace, id: job.id.number))
        }
    }
}

extension SchedulerBackend {
    /// The job that a path's `{name}` and the query's namespace name.
    func job(_ request: Request, _ context: GatewayContext) throws(GatewayFailure) -> JobRecord {
        let name = try context.name("name")
        let namespace = request.namespace
        guard let job = view.job(namespace: namespace, name: name) else {
            throw .notFound(
                "there is no job \(name.prefix(100)) in the namespace \(namespace.prefix(100))")
        }
        return job
    }
}
