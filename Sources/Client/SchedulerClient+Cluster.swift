package import ControlAPI

extension SchedulerClient {
    /// The nodes.
    package func nodes() async throws -> [NodeBody] {
        try await get(APIPath.nodes, as: ItemList<NodeBody>.self).items
    }

    /// One node.
    package func node(_ name: String) async throws -> NodeBody {
        try await get(APIPath.node(name), as: NodeBody.self)
    }

    /// Decides about a node.
    package func assign(
        _ name: String, _ part: APIPath.NodePart, graceSeconds: Int64? = nil
    ) async throws -> NodeActionResult {
        let query = APIPath.query([("grace", graceSeconds.map(String.init))])
        return try await post(
            APIPath.node(name, part) + query, nil, as: NodeActionResult.self)
    }

    /// One model by `name@version`, or the newest of a bare name.
    package func model(_ name: String, namespace: String) async throws -> ModelBody {
        let path = APIPath.model(name) + APIPath.query([("namespace", namespace)])
        return try await get(path, as: ModelBody.self)
    }

    /// One file of a model.
    package func modelFile(
        _ file: ModelBody.File, of name: String, namespace: String
    ) async throws -> [UInt8] {
        try await get(APIPath.model(name, file) + APIPath.query([("namespace", namespace)]))
    }

    /// Whether the scheduler is well.
    package func health() async throws -> HealthBody {
        try await get(APIPath.health, as: HealthBody.self)
    }

    /// The scheduler's version.
    package func version() async throws -> VersionBody {
        try await get(APIPath.version, as: VersionBody.self)
    }
}
