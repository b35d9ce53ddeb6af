import Artifacts
import HTTPTypes
import Hummingbird
import NIOCore

/// A stored file as the body of an answer, read piece by piece as fast as the client takes it.
struct FileStreaming: Sendable {
    let store: ArtifactStore

    /// The answer with the file; refuses when it is not stored.
    func response(
        _ digest: SHA256Digest, type: String, name: String? = nil
    ) async throws -> Response {
        let store = store
        guard let size = try await BlockingWork.run({ try store.size(of: digest) }) else {
            throw GatewayFailure.notFound("no file with the digest \(digest) is stored")
        }
        var headers: HTTPFields = [
            .contentType: type, .contentLength: String(size), .eTag: "\"\(digest)\"",
        ]
        if let name { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(contentLength: size) { writer in
                var offset = 0
                while offset < size {
                    let range = offset..<min(size, offset + GatewaySettings.chunkBytes)
                    let bytes = try await BlockingWork.run {
                        try store.read(digest, range: range)
                    }
                    // The object went away under the read: the connection must break, not end.
                    guard !bytes.isEmpty else { throw CancellationError() }
                    try await writer.write(ByteBuffer(bytes: bytes))
                    offset += bytes.count
                }
                try await writer.finish(nil)
            })
    }
}
