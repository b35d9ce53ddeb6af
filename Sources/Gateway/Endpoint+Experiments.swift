extension Endpoint {
    /// Experiments and their trials.
    static let experiments: [Endpoint] = [
        Endpoint(
            method: "GET", path: "/v1/experiments", operation: "listExperiments",
            summary: "Experiments in order of acceptance; as=table|wide|name gives text.",
            query: ["namespace", "state", "as"], response: "List<Experiment>"),
        Endpoint(
            method: "POST", path: "/v1/experiments", operation: "submitExperiments",
            summary: "Submits documents of kind Experiment; dryRun only checks them.",
            query: ["dryRun"], request: "SubmitRequest", response: "[SubmittedExperiment]",
            status: 201, alternative: "[SubmittedExperiment]"),
        Endpoint(
            method: "GET", path: "/v1/experiments/{name}", operation: "describeExperiment",
            summary: "One experiment by name-run; a bare name means its newest run.",
            query: ["namespace"], response: "Experiment"),
        Endpoint(
            method: "DELETE", path: "/v1/experiments/{name}", operation: "deleteExperiment",
            summary: "Removes an ended experiment from view.", query: ["namespace"],
            response: "ActionResult"),
        Endpoint(
            method: "GET", path: "/v1/experiments/{name}/spec", operation: "experimentSpec",
            summary: "The canonical spec, YAML.", query: ["namespace"],
            response: "application/yaml"),
        Endpoint(
            method: "GET", path: "/v1/experiments/{name}/trials", operation: "listTrials",
            summary: "The trials by number, or the best first; as=table|wide|name gives text.",
            query: ["namespace", "state", "best", "limit", "as"], response: "List<Trial>"),
        Endpoint(
            method: "POST", path: "/v1/experiments/{name}/cancel", operation: "cancelExperiment",
            summary: "Ends an experiment and its running trials.", query: ["namespace"],
            response: "ActionResult"),
        Endpoint(
            method: "POST", path: "/v1/experiments/{name}/limits", operation: "limitExperiment",
            summary: "Changes how many trials there may be; an ended experiment goes on.",
            query: ["namespace"], request: "LimitsRequest", response: "ActionResult"),
        Endpoint(
            method: "POST", path: "/v1/experiments/{name}/ask", operation: "askExperiment",
            summary: "Gives trials to a program that evaluates them itself.",
            query: ["namespace"], request: "AskRequest", response: "AskedTrials"),
        Endpoint(
            method: "POST", path: "/v1/experiments/{name}/tell", operation: "tellExperiment",
            summary: "Takes a report, the end or the failure of such a trial.",
            query: ["namespace"], request: "TellRequest", response: "ToldTrial"),
    ]
}
