import Artifacts
import ClusterVocabulary
import ControlAPI
import Hummingbird
import SchedulerService

/// Looking at models and fetching their files.
struct ModelRoutes: Sendable {
    let backend: any SchedulerBackend

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/models") { request, _ in try list(request) }
        router.get("/v1/models/{name}") { request, context in
            let model = try find(request, context)
            return Response.json(body(model))
        }
        router.get("/v1/models/{name}/files/{file}") { request, context in
            try await file(request, context)
        }
    }

    private func list(_ request: Request) throws -> Response {
        let models = backend.view.models(namespace: request.namespace).map(body)
        switch try OutputForm(request) {
        case .json: return .json(ItemList(models))
        case .name: return .text(models.map { $0.reference + "\n" }.joined())
        case .table, .wide: return .text(table(models))
        }
    }

    private func file(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let model = try find(request, context)
        let name = try context.name("file")
        guard let file = ModelBody.File(rawValue: name) else {
            let known = ModelBody.File.allCases.map(\.rawValue).joined(separator: " and ")
            throw GatewayFailure.notFound("a model has no file \(name.prefix(80)), only \(known)")
        }
        let hex: String
        let type: String
        switch file {
        case .weights: (hex, type) = (model.model.weightsDigest, "application/octet-stream")
        case .description: (hex, type) = (model.model.descriptionDigest, "application/json")
        }
        guard let digest = SHA256Digest(hex: hex) else {
            throw GatewayFailure.notFound("the model has no stored \(name)")
        }
        return try await FileStreaming(store: backend.artifacts)
            .response(digest, type: type, name: name)
    }

    private func find(_ request: Request, _ context: GatewayContext) throws -> ModelRecord {
        let name = try context.name("name")
        let namespace = request.namespace
        guard let model = backend.view.model(namespace: namespace, name: name) else {
            throw GatewayFailure.notFound(
                "there is no model \(name.prefix(100)) in the namespace \(namespace.prefix(100))")
        }
        return model
    }

    private func body(_ model: ModelRecord) -> ModelBody {
        ModelBody(model, job: backend.view.job(model.job)?.fullName)
    }

    private func table(_ models: [ModelBody]) -> String {
        let now = WallTime.milliseconds
        var table = TextTable(
            [
                ("NAME", .leading), ("JOB", .leading), ("ROUNDS", .trailing),
                ("BYTES", .trailing), ("TEST", .trailing), ("SHA256", .leading),
                ("AGE", .trailing),
            ], rowCapacity: models.count)
        for model in models {
            let created = model.createdAt.flatMap(TimeText.milliseconds(of:)) ?? now
            let accuracy = model.metrics["test.accuracy"].map { "\(($0 * 1e4).rounded() / 1e4)" }
            table.append([
                model.reference, model.job ?? "", String(model.rounds), String(model.bytes),
                accuracy ?? "", model.sha256, TimeText.age(milliseconds: now - created),
            ])
        }
        return table.text
    }
}
