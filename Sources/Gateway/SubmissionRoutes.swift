import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import JobSpecification
import NIOCore
import SchedulerCore
import SchedulerService

/// Submitting jobs: fresh ones and reruns.
struct SubmissionRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings
    let digesting: HostFileDigesting

    private func reader(_ sender: Identity) -> SubmissionReader {
        SubmissionReader(
            store: backend.artifacts, sender: sender, access: ArtifactAccess(backend: backend))
    }

    func add(to router: Router<GatewayContext>) {
        router.post("/v1/jobs") { request, context in try await submit(request, context) }
        router.post("/v1/jobs/{name}/rerun") { request, context in
            try await rerun(request, context)
        }
    }

    private func submit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let identity = try context.writer()
        let isDryRun = try request.flag("dryRun")
        let order = try await self.order(of: request)
        let key = try checkedKey(order.idempotencyKey ?? request.headers[.idempotencyKey])
        let reader = reader(identity)
        let jobs = try await reader.run(
            digesting, largest: settings.largestDigested(isDryRun: isDryRun)
        ) { reader in
            try reader.read(
                order.specification, file: order.file, overrides: order.setOverrides ?? [])
        }
        if isDryRun {
            let nodes = backend.view.nodes()
            return .json(list: jobs.map { JobPlanner.plan($0, nodes: nodes) })
        }
        if let missing = reader.missingData(jobs) { throw missing }
        return .json(list: try await submit(jobs, identity, key), status: .created)
    }

    private func rerun(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let identity = try context.writer()
        let job = try backend.job(request, context)
        let order = try await request.json(RerunRequest.self, of: settings)
        let key = try checkedKey(order.idempotencyKey ?? request.headers[.idempotencyKey])
        let (backend, reader) = (backend, reader(identity))
        let jobs = try await reader.run(
            digesting, largest: settings.largestDigested(isDryRun: false)
        ) { reader in
            guard let text = try backend.specification(of: job.id) else {
                throw GatewayFailure.conflict("the spec of \(job.fullName) is not recorded")
            }
            return try reader.read(text, file: job.fullName, overrides: order.setOverrides ?? [])
        }
        if let missing = reader.missingData(jobs) { throw missing }
        let isExact = order.exact ?? false
        guard !isExact || (order.setOverrides ?? []).isEmpty else {
            throw GatewayFailure.invalid("an exact rerun takes no overrides")
        }
        guard !isExact || job.startedAt > 0 else {
            throw GatewayFailure.conflict(
                "\(job.fullName) never started, so nothing of it is decided")
        }
        let frozen = isExact ? job : nil
        guard let submitted = try await submit(jobs, identity, key, as: frozen).first else {
            throw GatewayFailure.conflict("the spec of \(job.fullName) is empty")
        }
        return .json(submitted, status: .created)
    }

    // MARK: Parts

    private func order(of request: Request) async throws -> SubmitRequest {
        switch request.mediaType {
        case "application/json", "":
            return try await request.json(SubmitRequest.self, of: settings)
        case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml":
            let buffer = try await request.body(of: settings)
            guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
                throw GatewayFailure.invalid("the body is not UTF-8")
            }
            return SubmitRequest(
                specification: text, file: request.query("file"),
                setOverrides: request.queries("set"))
        case let other:
            throw GatewayFailure(
                .unsupportedMediaType, "UnsupportedMediaType",
                "\(other.prefix(80)) is not read here; send application/json or application/yaml")
        }
    }

    private func checkedKey(_ key: String?) throws(GatewayFailure) -> String {
        guard let key else { return "" }
        let isPlain = key.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        guard isPlain, key.utf8.count <= SubmitRequest.longestKey else {
            throw .invalid(
                "the idempotency key is longer than \(SubmitRequest.longestKey) bytes or has"
                    + " control characters")
        }
        return key
    }

    /// Submits one after the other, so that runs are numbered in the order of the documents.
    private func submit(
        _ jobs: [SubmissionReader.Prepared], _ identity: Identity, _ key: String,
        as frozen: JobRecord? = nil
    ) async throws -> [SubmittedJob] {
        var submitted: [SubmittedJob] = []
        for (index, job) in jobs.enumerated() {
            let ownKey = key.isEmpty || jobs.count == 1 ? key : "\(key)#\(index + 1)"
            var submission = job.submission(of: identity, key: ownKey)
            if let frozen { submission.freeze(as: frozen) }
            let answer = await backend.submit(submission)
            switch answer {
            case .accepted(let id, let fullName, let isRepeated):
                submitted.append(
                    SubmittedJob(
                        name: fullName, namespace: job.specification.namespace, id: id.number,
                        repeated: isRepeated))
            case .done, .assigned: break
            case .refused(let reason): throw refusal(reason, after: submitted, of: jobs.count)
            }
        }
        return submitted
    }

    private func refusal(
        _ reason: Reason, after submitted: [SubmittedJob], of count: Int
    ) -> GatewayFailure {
        guard !submitted.isEmpty else { return GatewayFailure(reason) }
        let names = submitted.prefix(20).map(\.name).joined(separator: ", ")
        return GatewayFailure(
            Reason(
                reason.code,
                "\(reason.message); \(submitted.count) of \(count) jobs were accepted before"
                    + " (\(names)), the same idempotency key goes on behind them"))
    }
}

extension Submission {
    /// Takes over what was decided when a job started: H, the measured one too, and the core type.
    fileprivate mutating func freeze(as record: JobRecord) {
        work.stepsPerRound = record.work.stepsPerRound
        work.averaging.choice = record.work.averaging.choice
        if !record.coreType.isEmpty { requirements.numerics = record.coreType }
    }
}

extension HTTPField.Name {
    /// The client's submission key.
    static var idempotencyKey: HTTPField.Name { HTTPField.Name(checked: "Idempotency-Key") }
    /// Where a stream goes on.
    static var lastEventID: HTTPField.Name { HTTPField.Name(checked: "Last-Event-ID") }

    private init(checked name: String) {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("\(name) is a legal field name")
        }
        self = field
    }
}
