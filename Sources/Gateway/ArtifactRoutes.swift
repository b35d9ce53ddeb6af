import Artifacts
import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore
import SchedulerService

/// Storing and fetching files by digest.
struct ArtifactRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/artifacts/{sha256}") { _, context in
            try await FileStreaming(store: backend.artifacts)
                .response(try digest(context), type: "application/octet-stream")
        }
        router.head("/v1/artifacts/{sha256}") { _, context in
            // Whoever asks whether it is there is about to use it.
            let (store, digest) = (backend.artifacts, try digest(context))
            try? await BlockingWork.run { try store.touch(digest) }
            return try await FileStreaming(store: store)
                .response(digest, type: "application/octet-stream")
                .createHeadResponse()
        }
        router.put("/v1/artifacts/{sha256}") { request, context in
            try await store(request, context)
        }
    }

    private func digest(_ context: GatewayContext) throws -> SHA256Digest {
        guard let digest = SHA256Digest(hex: try context.name("sha256")) else {
            throw GatewayFailure.invalid("a digest is 64 hexadecimal digits")
        }
        return digest
    }

    private func store(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try context.writer()
        let digest = try digest(context)
        let bound = min(settings.largestArtifactBytes, backend.artifacts.maximumObjectBytes)
        let length = request.headers[.contentLength].flatMap(Int.init)
        if let length, length > bound {
            throw GatewayFailure.tooLarge("the file", bound: bound)
        }
        let information = backend.information
        guard !information.isDiskBelowFloor, Int64(length ?? 0) < information.freeBytes else {
            throw GatewayFailure(
                .insufficientStorage, "DiskFull",
                "the scheduler has \(information.freeBytes) bytes of disk left; free some and"
                    + " upload again", retryAfter: 30)
        }
        let store = backend.artifacts
        if let size = try await BlockingWork.run({ try store.size(of: digest) }) {
            // Reading the body anyway keeps the connection in step.
            for try await _ in request.body {}
            try? await BlockingWork.run { try store.touch(digest) }
            return .json(ArtifactBody(sha256: digest.hex, bytes: size))
        }
        let size = try await receive(request.body, as: digest, bound: bound)
        return .json(ArtifactBody(sha256: digest.hex, bytes: size), status: .created)
    }

    private func receive(
        _ body: RequestBody, as digest: SHA256Digest, bound: Int
    ) async throws -> Int {
        let store = backend.artifacts
        let upload = try await BlockingWork.run { try ArtifactUpload(store: store) }
        var size = 0
        // Small pieces are joined, so that a slow network does not cost a thread hop for each.
        var pending = ByteBuffer()
        for try await var piece in body {
            size += piece.readableBytes
            guard size <= bound else {
                throw GatewayFailure.tooLarge("the file", bound: bound)
            }
            pending.writeBuffer(&piece)
            guard pending.readableBytes >= GatewaySettings.chunkBytes else { continue }
            let full = pending
            try await BlockingWork.run { try upload.write(full) }
            pending.clear()
        }
        let rest = pending
        try await BlockingWork.run {
            try upload.write(rest)
            try upload.finish(expected: digest)
        }
        return size
    }
}
