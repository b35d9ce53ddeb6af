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
            Trials are those of the experiments named. With names, -o yaml of jobs gives their specs, ready to be changed and submitted \
            again; otherwise it is the content of -o json.
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

    @Option(
        name: .customLong("sort-by"),
        help: "Sort jobs by name, user, state, submitted, started, finished or rate.")
    var order: String?

    @Flag(
        name: [.customShort("w"), .long],
        help: "Go on: print new and changed lines, until Ctrl-C.")
    var watch = false

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = Form.table

    @Flag(name: [.customShort("A"), .long], help: "Jobs of all namespaces.")
    var allNamespaces = false

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
<<<<<<< HEAD
        let isFiltered = !label.isEmpty || state != nil || since != nil || limit != nil
        if resource == .trials, names.isEmpty {
            throw ValidationError("get trials needs the name of an experiment")
        }
        let isOther = resource != .jobs || !names.isEmpty
        let isTrials = resource == .trials && label.isEmpty && since == nil
        let isExperiments = resource == .experiments && label.isEmpty && since == nil
        if isFiltered, isOther, !isTrials, !(isExperiments && limit == nil && names.isEmpty) {
            throw ValidationError("-l, --state, --since and --limit choose from all jobs")
||||||| parent of d05e194 (get: --watch and --sort-by; a drain from end to end)
        let isFiltered = !label.isEmpty || state != nil || since != nil || limit != nil
        if isFiltered, resource != .jobs || !names.isEmpty {
            throw ValidationError("-l, --state, --since and --limit choose from all jobs")
=======
        let isFiltered =
            !label.isEmpty || state != nil || since != nil || limit != nil || order != nil
        if isFiltered, resource != .jobs || !names.isEmpty {
            throw ValidationError(
                "-l, --state, --since, --limit and --sort-by choose from all jobs")
        }
        if watch, form == .json || form == .yaml {
            throw ValidationError("--watch prints lines; mlctl watch and events -o json go on too")
>>>>>>> d05e194 (get: --watch and --sort-by; a drain from end to end)
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    /// How often a watched list is looked at.
    private static let watchPause = Duration.seconds(1)

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
<<<<<<< HEAD
        if resource == .trials {
            try await showTrials(session, client)
            return
        }
        guard names.isEmpty else {
            try await showNamed(session, client)
||||||| parent of d05e194 (get: --watch and --sort-by; a drain from end to end)
        guard names.isEmpty else {
            try await showNamed(session, client)
=======
        guard watch else {
            try session.console.write(try await text(client))
>>>>>>> d05e194 (get: --watch and --sort-by; a drain from end to end)
            return
        }
        var changes = TableChanges()
        while true {
            let text = String(decoding: try await text(client), as: UTF8.self)
            for line in changes.take(text) { try session.console.line(line) }
            try await Task.sleep(for: GetCommand.watchPause)
        }
    }

    /// What is to be shown now.
    private func text(_ client: SchedulerClient) async throws -> [UInt8] {
        guard names.isEmpty else { return try await namedText(client) }
        let server: String? = form == .json || form == .yaml ? nil : form.rawValue
        let bytes: [UInt8]
        switch resource {
        case .experiments, .trials:
            bytes = try await client.experimentList(
                namespace: allNamespaces ? nil : scope.namespace, state: state, as: server)
        case .jobs:
            var selection = SchedulerClient.JobSelection(
                namespace: allNamespaces ? nil : scope.namespace, state: state,
                label: label.isEmpty ? nil : label.joined(separator: ","), since: since,
                limit: limit)
            selection.order = order
            bytes = try await client.jobList(selection, as: server)
        case .nodes:
            bytes = try await client.get(APIPath.nodes + APIPath.query([("as", server)]))
        case .models:
            bytes = try await client.get(
                APIPath.models
                    + APIPath.query([("namespace", scope.namespace), ("as", server)]))
        }
        return form == .yaml ? try yaml(bytes) : bytes
    }

    private func namedText(_ client: SchedulerClient) async throws -> [UInt8] {
        var texts: [[UInt8]] = []
        switch form {
        case .table, .wide, .name:
<<<<<<< HEAD
            try session.console.write(Array(try await table(client).utf8))
            return
        case .yaml where resource == .experiments:
            for name in names {
                texts.append(
                    try await client.experimentSpecification(name, namespace: scope.namespace))
            }
||||||| parent of d05e194 (get: --watch and --sort-by; a drain from end to end)
            try session.console.write(Array(try await table(client).utf8))
            return
=======
            return Array(try await table(client).utf8)
>>>>>>> d05e194 (get: --watch and --sort-by; a drain from end to end)
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
        return Array(texts.joined(separator: separator))
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
