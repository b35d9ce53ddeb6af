package import ControlAPI

extension SchedulerClient {
    /// Which jobs a list shows.
    package struct JobSelection: Sendable, Equatable {
        /// The namespace; `nil` means all.
        package var namespace: String?
        /// States, separated by commas.
        package var state: String?
        /// Labels `key` or `key=value`, separated by commas.
        package var label: String?
        /// A span such as `7d`, or a time.
        package var since: String?
        /// The most jobs, the newest.
        package var limit: Int?
        /// By what they are sorted; the scheduler knows the words.
        package var order: String?

        /// All jobs.
        package init(
            namespace: String? = nil, state: String? = nil, label: String? = nil,
            since: String? = nil, limit: Int? = nil
        ) {
            self.namespace = namespace
            self.state = state
            self.label = label
            self.since = since
            self.limit = limit
        }
    }

    /// The list of jobs in the given form: `table`, `wide`, `name`, or `nil` for JSON.
    package func jobList(_ selection: JobSelection, as form: String?) async throws -> [UInt8] {
        try await get(
            APIPath.jobs
                + APIPath.query([
                    ("namespace", selection.namespace), ("state", selection.state),
                    ("label", selection.label), ("since", selection.since),
                    ("limit", selection.limit.map(String.init)), ("sort", selection.order),
                    ("as", form),
                ]))
    }

    /// Everything about one job.
    package func job(_ name: String, namespace: String) async throws -> JobDescription {
        try await get(SchedulerClient.path(name, namespace), as: JobDescription.self)
    }

    /// Everything about one job, as the scheduler wrote it.
    package func jobJSON(_ name: String, namespace: String) async throws -> [UInt8] {
        try await get(SchedulerClient.path(name, namespace))
    }

    /// The canonical spec of a job, YAML.
    package func specification(_ name: String, namespace: String) async throws -> [UInt8] {
        try await get(SchedulerClient.path(name, .spec, namespace))
    }

    /// Why a job is where it is.
    package func explanation(_ name: String, namespace: String) async throws -> ExplanationBody {
        try await get(SchedulerClient.path(name, .explain, namespace), as: ExplanationBody.self)
    }

    /// The log of a job.
    package func log(_ name: String, namespace: String) async throws -> [UInt8] {
        try await get(SchedulerClient.path(name, .logs, namespace))
    }

    /// Ends, suspends or resumes a job.
    package func act(
        _ part: APIPath.JobPart, on name: String, namespace: String
    ) async throws -> ActionResult {
        try await post(SchedulerClient.path(name, part, namespace), nil, as: ActionResult.self)
    }

    /// Removes a finished job from view.
    package func delete(_ name: String, namespace: String) async throws -> ActionResult {
        try await delete(SchedulerClient.path(name, namespace), as: ActionResult.self)
    }

    /// Submits a job's recorded spec again.
    package func rerun(
        _ name: String, namespace: String, _ request: RerunRequest
    ) async throws -> SubmittedJob {
        try await post(
            SchedulerClient.path(name, .rerun, namespace), request, as: SubmittedJob.self)
    }

    /// Has a worker do a job's rounds again.
    package func audit(
        _ name: String, namespace: String, _ request: JobAuditRequest
    ) async throws -> SubmittedJob {
        try await post(
            SchedulerClient.path(name, .audit, namespace), request, as: SubmittedJob.self)
    }

    /// The digests kept of a job's rounds.
    package func rounds(
        of name: String, namespace: String
    ) async throws -> [ComputedRoundsBody] {
        try await get(
            SchedulerClient.path(name, .rounds, namespace), as: [ComputedRoundsBody].self)
    }

    /// Submits all documents of a request.
    package func submit(_ request: SubmitRequest) async throws -> [SubmittedJob] {
        try await post(APIPath.jobs, request, as: [SubmittedJob].self)
    }

    /// What a submission would do.
    package func plan(_ request: SubmitRequest) async throws -> [PlannedJob] {
        let path = APIPath.jobs + APIPath.query([("dryRun", "true")])
        return try await post(path, request, as: [PlannedJob].self)
    }

    /// Facts behind a sequence number, of one job or of all.
    package func events(
        of name: String?, namespace: String, after: Int64
    ) async throws -> ItemList<EventBody> {
        let path = name.map { APIPath.job($0, .events) } ?? APIPath.events
        let query = APIPath.query([
            ("namespace", name == nil ? nil : namespace), ("after", String(after)),
        ])
        return try await get(path + query, as: ItemList<EventBody>.self)
    }

    static func path(_ name: String, _ namespace: String) -> String {
        APIPath.job(name) + APIPath.query([("namespace", namespace)])
    }

    static func path(_ name: String, _ part: APIPath.JobPart, _ namespace: String) -> String {
        APIPath.job(name, part) + APIPath.query([("namespace", namespace)])
    }
}
