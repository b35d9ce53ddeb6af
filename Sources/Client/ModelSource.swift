import Artifacts
package import ControlAPI

/// Finds a model: an exported folder, a stored model, or that of a finished job.
package struct ModelSource: Sendable {
    private let client: @Sendable () throws -> SchedulerClient
    private let namespace: String

    /// Looks in a namespace; the client is made only when the scheduler must be asked.
    package init(namespace: String, client: @escaping @Sendable () throws -> SchedulerClient) {
        self.client = client
        self.namespace = namespace
    }

    /// The model of a name, ready to predict.
    package func load(_ name: String) async throws -> LocalModel {
        if name.hasPrefix(".") || name.contains("/") { return try LocalModel(folder: name) }
        let (_, weights, description) = try await download(name)
        return try LocalModel(weights: weights, description: description)
    }

    /// Fetches both files and compares their digests.
    package func download(
        _ name: String
    ) async throws -> (model: ModelBody, weights: [UInt8], description: [UInt8]) {
        let client = try client()
        let model = try await find(name, client)
        func file(_ file: ModelBody.File, _ digest: String) async throws -> [UInt8] {
            let bytes = try await client.modelFile(
                file, of: model.reference, namespace: namespace)
            guard SHA256Hasher.digest(of: bytes).hex == digest else {
                throw ClientFailure(
                    .workFailed, "\(file.rawValue) of \(model.reference) arrived damaged; try again"
                )
            }
            return bytes
        }
        return (
            model, try await file(.weights, model.sha256),
            try await file(.description, model.descriptionSHA256)
        )
    }

    /// Writes both files into a new folder.
    package func export(_ name: String, to folder: String?) async throws -> (String, ModelBody) {
        let (model, weights, description) = try await download(name)
        let path = folder ?? "\(model.name)-\(model.version)"
        _ = try ModelFolder.write(
            [
                ModelFolder.File(name: ModelBody.File.weights.rawValue, bytes: weights),
                ModelFolder.File(name: ModelBody.File.description.rawValue, bytes: description),
            ],
            to: path, replacing: false)
        return (path, model)
    }

    private func find(_ name: String, _ client: SchedulerClient) async throws -> ModelBody {
        do {
            return try await client.model(name, namespace: namespace)
        } catch let failure as ClientFailure where failure.status == .notFound {
            // A run's name is what people have at hand.
            guard let job = try? await client.job(name, namespace: namespace) else { throw failure }
            guard let model = job.status.model else {
                throw ClientFailure(
                    .notFound, "the job \(name) has no model: it is \(job.status.state)")
            }
            return try await client.model(model.name, namespace: namespace)
        }
    }
}
