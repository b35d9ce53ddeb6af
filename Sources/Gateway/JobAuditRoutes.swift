import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import SchedulerCore
import SchedulerService

/// Audits of training jobs: their rounds done again by another run, and the digests to compare.
struct JobAuditRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings

    /// The label that names the audited job.
    static let label = "audits"
    /// The longest name of a run that an audit is named after: a suffix comes behind.
    private static let longestName = 57

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/jobs/{name}/rounds") { request, context in
            let job = try backend.job(request, context)
            return Response.json(list: try await rounds(of: job).map { ComputedRoundsBody($0) })
        }
        router.post("/v1/jobs/{name}/audit") { request, context in
            try await audit(request, context)
        }
    }

    private func rounds(of job: JobRecord) async throws -> [ComputedRounds] {
        let backend = backend
        return try await BlockingWork.run { try backend.computedRounds(of: job.id) }
    }

    private func audit(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let sender = try context.writer()
        let job = try backend.job(request, context)
        let order = try await request.json(JobAuditRequest.self, of: settings)
        guard job.command == nil else {
            throw GatewayFailure.invalid(
                "\(job.fullName) is a command; only training jobs can be done again bit for bit")
        }
        guard job.coreType != KernelFingerprint.anyCoreType else {
            throw GatewayFailure.invalid(
                "\(job.fullName) ran under numerics: any, where hosts need not compute the same")
        }
        guard (order.rounds ?? 1) > 0 else {
            throw GatewayFailure.invalid("rounds is \(order.rounds ?? 0), it must be at least 1")
        }
        let kept = try await rounds(of: job).flatMap(\.rounds).map(\.number)
        guard let last = kept.last else {
            throw GatewayFailure.conflict(
                "no digests of rounds of \(job.fullName) are kept yet, there is nothing to compare")
        }
        let wanted = min(order.rounds ?? .max, last + 1)
        var work = job.work
        work.auditedRounds = wanted
        work.averaging.checkpointSeconds = 0
        work.averaging.checkpointRounds = 0
        var requirements = job.requirements
        // One host, so that one name stands for everything that was done again.
        requirements.mostHosts = 1
        requirements.isSuspended = false
        if !job.coreType.isEmpty { requirements.numerics = job.coreType }
        let (backend, number) = (backend, job.id)
        let text = try await BlockingWork.run { try backend.specification(of: number) }
        var submission = Submission(
            namespace: job.namespace, name: "\(job.fullName.prefix(Self.longestName))-audit",
            user: sender.user, labels: [Label(key: Self.label, value: job.fullName)],
            idempotencyKey: "", specification: text ?? "", work: work,
            requirements: requirements)
        submission.owner = sender.owner
        submission.resumes = job.beginning?.job
        switch await backend.submit(submission) {
        case .accepted(let id, let fullName, let isRepeated):
            return .json(
                SubmittedJob(
                    name: fullName, namespace: job.namespace, id: id.number, repeated: isRepeated),
                status: .created)
        case .refused(let reason): throw GatewayFailure(reason)
        case .done, .assigned: throw GatewayFailure.conflict("the audit was not accepted")
        }
    }
}
