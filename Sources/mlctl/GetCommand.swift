import ArgumentParser
import Client
import ControlAPI

/// `mlctl get`: lists jobs, nodes or models.
struct GetCommand: ClientCommand {
    /// What can be listed.
    enum Resource: String, ExpressibleByArgument, CaseIterable {
        case jobs
        case nodes
        case models
        case experiments
        case trials

        init?(argument: String) {
            let plural = argument.hasSuffix("s") ? argument : argument + "s"
            self.init(rawValue: plural)
        }
    }

    /// How it is shown.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case table
        case wide
        case json
        case yaml
        case name
    }

    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "List jobs, nodes, models, experiments or trials.",
        discussion: """
            Trials are those of the experiments named. With names, -o yaml of jobs gives their \
            specs, ready to be changed and submitted again; otherwise it is the content of -o json.
            """)

    @Argument(help: "jobs, nodes, models, experiments or trials.")
    var resource: Resource

    @Argument(help: "Only these.")
    var names: [String] = []

    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp("Only jobs with this label.", valueName: "key=value"))
    var label: [String] = []

    @Option(help: "Only jobs in this state; several separated by commas.")
    var state: String?

    @Option(help: "Only jobs submitted in this span (90s, 30m, 12h, 7d) or since this time.")
    var since: String?

    @Option(help: "At most so many jobs, the newest.")
    var limit: Int?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = Form.table

    @Flag(name: [.customShort("A"), .long], help: "Jobs of all namespaces.")
    var allNamespaces = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        let isFiltered = !label.isEmpty || state != nil || since != nil || limit != nil
        if resource == .trials, names.isEmpty {
            throw ValidationError("get trials needs the name of an experiment")
        }
        let isOther = resource != .jobs || !names.isEmpty
        let isTrials = resource == .trials && label.isEmpty && since == nil
        let isExperiments = resource == .experiments && label.isEmpty && since == nil
        if isFiltered, isOther, !isTrials, !(isExperiments && limit == nil && names.isEmpty) {
            throw ValidationError("-l, --state, --since and --limit choose from all jobs")
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if resource == .trials {
            try await showTrials(session, client)
            return
        }
        guard names.isEmpty else {
            try await showNamed(session, client)
            return
        }
        let server: String? = form == .json || form == .yaml ? nil : form.rawValue
        let bytes: [UInt8]
        switch resource {
        case .experiments, .trials:
            bytes = try await client.experimentList(
                namespace: allNamespaces ? nil : scope.namespace, state: state, as: server)
        case .jobs:
            let selection = SchedulerClient.JobSelection(
                namespace: allNamespaces ? nil : scope.namespace, state: state,
                label: label.isEmpty ? nil : label.joined(separator: ","), since: since,
                limit: limit)
            bytes = try await client.jobList(selection, as: server)
        case .nodes:
            bytes = try await client.get(APIPath.nodes + APIPath.query([("as", server)]))
        case .models:
            bytes = try await client.get(
                APIPath.models
                    + APIPath.query([("namespace", scope.namespace), ("as", server)]))
        }
        try session.console.write(form == .yaml ? try yaml(bytes) : bytes)
    }

    private func showNamed(_ session: ClientSession, _ client: SchedulerClient) async throws {
        var texts: [[UInt8]] = []
        switch form {
        case .table, .wide, .name:
            try session.console.write(Array(try await table(client).utf8))
            return
        case .yaml where resource == .experiments:
            for name in names {
                texts.append(
                    try await client.experimentSpecification(name, namespace: scope.namespace))
            }
        case .yaml where resource == .jobs:
            for name in names {
                texts.append(try await client.specification(name, namespace: scope.namespace))
            }
        case .json, .yaml:
            for name in names {
                let json = try await client.get(path(name))
                texts.append(form == .json ? json : try yaml(json))
            }
        }
        let separator = form == .yaml ? Array("---\n".utf8) : []
        try session.console.write(Array(texts.joined(separator: separator)))
    }

    private func showTrials(_ session: ClientSession, _ client: SchedulerClient) async throws {
        let server: String? = form == .json || form == .yaml ? nil : form.rawValue
        for name in names {
            let bytes = try await client.trialList(
                of: name, namespace: scope.namespace, state: state, limit: limit, as: server)
            try session.console.write(form == .yaml ? try yaml(bytes) : bytes)
        }
    }

    private func path(_ name: String) -> String {
        let query = APIPath.query([("namespace", scope.namespace)])
        switch resource {
        case .jobs: return APIPath.job(name) + query
        case .nodes: return APIPath.node(name)
        case .models: return APIPath.model(name) + query
        case .experiments, .trials: return APIPath.experiment(name) + query
        }
    }

    private func table(_ client: SchedulerClient) async throws -> String {
        let now = ResourceTable.now
        switch resource {
        case .jobs:
            var jobs: [JobDescription] = []
            for name in names {
                jobs.append(try await client.job(name, namespace: scope.namespace))
            }
            if form == .name { return jobs.map { $0.metadata.name + "\n" }.joined() }
            return ResourceTable.text(jobs, isWide: form == .wide, now: now)
        case .nodes:
            var nodes: [NodeBody] = []
            for name in names { nodes.append(try await client.node(name)) }
            if form == .name { return nodes.map { $0.name + "\n" }.joined() }
            return ResourceTable.text(nodes, now: now)
        case .models:
            var models: [ModelBody] = []
            for name in names {
                models.append(try await client.model(name, namespace: scope.namespace))
            }
            if form == .name { return models.map { $0.reference + "\n" }.joined() }
            return ResourceTable.text(models, now: now)
        case .experiments, .trials:
            var lines: [StyledLine] = []
            for name in names {
                let experiment = try await client.experiment(name, namespace: scope.namespace)
                lines +=
                    form == .name ? [StyledLine(experiment.name)] : ExperimentText.lines(experiment)
            }
            return lines.map { $0.plain + "\n" }.joined()
        }
    }

    private func yaml(_ json: [UInt8]) throws -> [UInt8] {
        guard let yaml = YAMLText.text(ofJSON: json) else {
            throw ClientFailure(.unreachable, "the scheduler's answer is not JSON")
        }
        return yaml
    }
}
