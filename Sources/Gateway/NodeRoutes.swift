import ClusterVocabulary
import ControlAPI
import Hummingbird
import SchedulerCore
import SchedulerService

/// Looking at nodes.
struct NodeRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/nodes") { request, _ in
            let nodes = backend.view.nodes().map(body)
            switch try OutputForm(request) {
            case .json: return Response.json(ItemList(nodes))
            case .name: return Response.text(nodes.map { $0.name + "\n" }.joined())
            case .table: return Response.text(table(nodes, isWide: false))
            case .wide: return Response.text(table(nodes, isWide: true))
            }
        }
        router.get("/v1/nodes/{name}") { _, context in
            let name = try context.name("name")
            let nodes = backend.view.nodes()
            guard let node = nodes.first(where: { $0.record.description.node.name == name })
            else { throw GatewayFailure.notFound("there is no node \(name.prefix(100))") }
            return Response.json(body(node))
        }
        router.post("/v1/nodes/{name}/cordon") { request, context in
            try await assign(request, context, .cordoned)
        }
        router.post("/v1/nodes/{name}/drain") { request, context in
            try await assign(request, context, .draining)
        }
        router.post("/v1/nodes/{name}/uncordon") { request, context in
            try await assign(request, context, .open)
        }
    }

    /// What an operator decides about a node.
    private func assign(
        _ request: Request, _ context: GatewayContext, _ duty: NodeDuty
    ) async throws -> Response {
        let sender = try context.writer()
        guard sender.role == .admin else {
            throw GatewayFailure.forbidden("only an admin may take nodes out of service")
        }
        let name = try context.name("name")
        let grace = try request.number("grace").map(Int64.init) ?? NodeAssignment.usualGrace
        guard grace <= NodeAssignment.longestGrace else {
            throw GatewayFailure.invalid(
                "grace=\(grace) is over \(NodeAssignment.longestGrace) seconds")
        }
        guard let node = NodeID(checking: name) else {
            throw GatewayFailure.notFound("there is no node \(name.prefix(100))")
        }
        let assignment = NodeAssignment(
            duty: duty, user: sender.user, decidedAt: WallTime.milliseconds,
            graceSeconds: duty == .draining ? grace : 0)
        switch await backend.assign(node, assignment) {
        case .assigned(let node, let jobsLeft):
            return .json(NodeActionResult(name: node.name, duty: duty.word, jobsLeft: jobsLeft))
        case .refused(let reason): throw GatewayFailure(reason)
        case .accepted, .done: throw GatewayFailure(Reason(.conflict, "another answer came"))
        }
    }

    private func body(_ node: NodeSummary) -> NodeBody {
        let names = node.jobs.compactMap { backend.view.job($0)?.fullName }
        return NodeBody(node.record, used: node.used, jobs: names)
    }

    private func table(_ nodes: [NodeBody], isWide: Bool) -> String {
        let narrow: [(title: String, alignment: TextTable.Alignment)] = [
            ("NAME", .leading), ("STATE", .leading), ("CPU", .trailing), ("MEMORY", .trailing),
            ("JOBS", .leading), ("VERSION", .leading),
        ]
        let wide: [(title: String, alignment: TextTable.Alignment)] = [
            ("CORES", .trailing), ("KERNELS", .leading), ("FEATURES", .leading),
            ("DATASETS", .trailing), ("REGISTERED", .leading),
        ]
        var table = TextTable(isWide ? narrow + wide : narrow)
        for node in nodes {
            var cells = [
                node.name, node.stateAndDuty,
                "\(cores(node.used.milliCPU))/\(cores(node.capacity.milliCPU))",
                "\(node.used.memoryBytes >> 20)/\(node.capacity.memoryBytes >> 20)Mi",
                node.jobs.joined(separator: ","), node.version,
            ]
            if isWide {
                cells += [
                    String(node.cores), node.fingerprints.map(\.coreType).joined(separator: ","),
                    node.features.joined(separator: ","), String(node.datasets),
                    node.registeredAt ?? "",
                ]
            }
            table.append(cells)
        }
        return table.text
    }

    private func cores(_ milliCPU: Int64) -> String {
        milliCPU % 1_000 == 0 ? String(milliCPU / 1_000) : "\(milliCPU)m"
    }
}
