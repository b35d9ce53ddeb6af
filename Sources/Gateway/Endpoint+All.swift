extension Endpoint {
    /// Every operation, by path.
    static let all: [Endpoint] =
        jobs + experiments + streams + cluster + files + system + administration

    private static let jobs: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/jobs", operation: "listJobs",
            summary: "Jobs in order of acceptance; as=table|wide|name gives text.",
            query: ["namespace", "state", "label", "since", "limit", "sort", "as"],
            response: "List<JobSummary>"),
        Endpoint(
            method: "POST", path: "/v1/jobs", operation: "submitJobs",
            summary: "Validates all documents, then submits each as a job.",
            query: ["dryRun", "set", "file"], request: "SubmitRequest",
            response: "[SubmittedJob]", status: 201, alternative: "[PlannedJob]"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}", operation: "describeJob",
            summary: "Everything about one job; a bare name means its newest run.",
            query: ["namespace"], response: "JobDescription"),
        Endpoint(
            method: "DELETE", path: "/v1/jobs/{name}", operation: "deleteJob",
            summary: "Removes an ended job from view; the ledger keeps its facts.",
            query: ["namespace"], response: "ActionResult"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/spec", operation: "getSpecification",
            summary: "The canonical spec.", query: ["namespace"], response: "application/yaml"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/explain", operation: "explainJob",
            summary: "Why the job is where it is, node by node.", query: ["namespace"],
            response: "Explanation"),
        action("cancel", "Ends the job."),
        action("suspend", "Lets a waiting job wait until resumed."),
        action("resume", "Lets a suspended job run."),
        Endpoint(
            method: "POST", path: "/v1/jobs/{name}/rerun", operation: "rerunJob",
            summary: "Submits the recorded spec again, with changes.", query: ["namespace"],
            request: "RerunRequest", response: "SubmittedJob", status: 201),
        Endpoint(
            method: "POST", path: "/v1/jobs/{name}/audit", operation: "auditJob",
            summary: "Has a worker do the job's rounds again, to compare their digests.",
            query: ["namespace"], request: "JobAuditRequest", response: "SubmittedJob",
            status: 201),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/rounds", operation: "listRounds",
            summary: "Digests of the job's rounds: the state before, each replica's delta.",
            query: ["namespace"], response: "[ComputedRounds]"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/logs", operation: "readLog",
            summary: "The job's log; follow=true goes on until the job ends.",
            query: ["namespace", "follow"], response: "text/plain"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/output", operation: "readOutput",
            summary: "What the ranks of a command wrote, as records; follow=true goes on.",
            query: ["namespace", "from", "follow"], response: "application/octet-stream"),
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/events", operation: "listJobEvents",
            summary: "The job's facts after a sequence number.",
            query: ["namespace", "after", "limit", "as"], response: "List<Event>"),
    ]

    private static let streams: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/jobs/{name}/stream", operation: "streamJob",
            summary: "State, progress, facts and log lines of one job until it has ended.",
            query: ["namespace", "after"], response: "text/event-stream"),
        Endpoint(
            method: "GET", path: "/v1/events", operation: "listEvents",
            summary: "All facts after a sequence number.", query: ["after", "limit", "as"],
            response: "List<Event>"),
        Endpoint(
            method: "GET", path: "/v1/events/stream", operation: "streamEvents",
            summary: "All facts as they become durable; goes on behind Last-Event-ID.",
            query: ["after"], response: "text/event-stream"),
        Endpoint(
            method: "GET", path: "/v1/watch", operation: "watchCluster",
            summary: "The active jobs, then every change of state, progress and fact.",
            query: ["namespace"], response: "text/event-stream"),
    ]

    private static let cluster: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/nodes", operation: "listNodes",
            summary: "All nodes by name; as=table|wide|name gives text.", query: ["as"],
            response: "List<Node>"),
        Endpoint(
            method: "GET", path: "/v1/nodes/{name}", operation: "describeNode",
            summary: "One node.", response: "Node"),
        Endpoint(
            method: "POST", path: "/v1/nodes/{name}/cordon", operation: "cordonNode",
            summary: "The node takes no new work; what runs stays.", response: "NodeActionResult"),
        Endpoint(
            method: "POST", path: "/v1/nodes/{name}/drain", operation: "drainNode",
            summary: "The node's work moves away; what is left after grace seconds is stopped.",
            query: ["grace"], response: "NodeActionResult"),
        Endpoint(
            method: "POST", path: "/v1/nodes/{name}/uncordon", operation: "uncordonNode",
            summary: "The node takes work again.", response: "NodeActionResult"),
        Endpoint(
            method: "GET", path: "/v1/models", operation: "listModels",
            summary: "The models of a namespace, oldest first; as=table|wide|name gives text.",
            query: ["namespace", "as"], response: "List<Model>"),
        Endpoint(
            method: "GET", path: "/v1/models/{name}", operation: "describeModel",
            summary: "One model by name@version; a bare name means its newest version.",
            query: ["namespace"], response: "Model"),
        Endpoint(
            method: "GET", path: "/v1/models/{name}/files/{file}", operation: "readModelFile",
            summary: "model.safetensors or model.json.", query: ["namespace"],
            response: "application/octet-stream"),
    ]

    private static let files: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/artifacts/{sha256}", operation: "readArtifact",
            summary: "A stored file.", response: "application/octet-stream"),
        Endpoint(
            method: "HEAD", path: "/v1/artifacts/{sha256}", operation: "findArtifact",
            summary: "Whether a file is stored, and its length.",
            response: "application/octet-stream"),
        Endpoint(
            method: "PUT", path: "/v1/artifacts/{sha256}", operation: "storeArtifact",
            summary: "Stores the body if it has this digest; 422 and nothing kept otherwise.",
            request: "application/octet-stream", response: "Artifact", status: 201),
    ]

    private static let system: [Endpoint] = [
        Endpoint(
            method: "POST", path: "/v1/gc", operation: "collectGarbage",
            summary: "Removes what the retention rules take; with dryRun=true only says what.",
            query: ["dryRun"], response: "Housekeeping"),
        Endpoint(
            method: "GET", path: "/v1/health", operation: "health",
            summary: "Whether the scheduler is well.", response: "Health"),
        Endpoint(
            method: "GET", path: "/v1/version", operation: "version",
            summary: "The product's version and this life of the scheduler.",
            response: "Version"),
        Endpoint(
            method: "GET", path: "/v1/openapi.json", operation: "document",
            summary: "This document.", response: "application/json"),
    ]

    private static func action(_ name: String, _ summary: String) -> Endpoint {
        Endpoint(
            method: "POST", path: "/v1/jobs/{name}/\(name)", operation: "\(name)Job",
            summary: summary, query: ["namespace"], response: "ActionResult")
    }
}
