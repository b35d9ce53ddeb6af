package import Artifacts
import AsyncHTTPClient
import ControlAPI
import Glibc
import NIOCore
import NIOHTTP1

extension SchedulerClient {
    /// Bytes sent at once.
    static let uploadPieceBytes = 1 << 20
    /// How often an upload is tried.
    static let uploadAttempts = 3

    /// Whether the scheduler has a file.
    package func hasArtifact(_ digest: SHA256Digest) async throws -> Bool {
        let request = request(.HEAD, APIPath.artifact(digest.hex))
        let response = try await execute(
            request, deadline: .now() + .seconds(SchedulerClient.answerSeconds))
        let bytes = try await collect(response)
        if response.status == .notFound { return false }
        try check(response, bytes)
        return true
    }

    /// Sends a file under its digest; `progress` hears how many bytes are on their way.
    ///
    /// A broken connection is tried again, a refusal is not.
    package func upload(
        _ upload: DataUpload, progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        var attempt = 1
        while true {
            do {
                return try await put(upload, progress)
            } catch let failure as ClientFailure
                where failure.status == .unreachable && attempt < SchedulerClient.uploadAttempts
            {
                try await Task.sleep(for: .milliseconds(200 * attempt))
                attempt += 1
            }
        }
    }

    /// Brings a stored file into a local one.
    package func download(_ digest: SHA256Digest, to path: String) async throws {
        let request = request(.GET, APIPath.artifact(digest.hex))
        let response = try await execute(request, deadline: .distantFuture)
        guard response.status == .ok else {
            let bytes = try await collect(response)
            try check(response, bytes)
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ClientFailure(
                .workFailed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        defer { Glibc.close(descriptor) }
        do {
            for try await piece in response.body {
                let isWritten = piece.readableBytesView.withUnsafeBytes { bytes in
                    write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
                }
                guard isWritten else {
                    throw ClientFailure(.workFailed, "\(path) cannot be written; free some space")
                }
            }
        } catch {
            throw failure(of: error)
        }
        guard try SHA256Hasher.digest(ofFile: path) == digest else {
            throw ClientFailure(.workFailed, "\(digest.hex) arrived damaged; try again")
        }
    }

    private func put(
        _ upload: DataUpload, _ progress: @escaping @Sendable (Int) -> Void
    ) async throws {
        let file = try MappedFile(path: upload.path)
        guard file.count == upload.byteCount else {
            throw ClientFailure(
                .wrongUsage, "\(upload.path) changed while it was submitted; submit again")
        }
        var request = request(.PUT, APIPath.artifact(upload.digest.hex))
        request.headers.add(name: "Content-Type", value: "application/octet-stream")
        request.body = .stream(
            FilePieces(file: file, progress: progress), length: .known(Int64(file.count)))
        let response = try await execute(request, deadline: .distantFuture)
        let bytes = try await collect(response)
        if response.status == .unprocessableEntity {
            throw ClientFailure(
                .wrongUsage, "\(upload.path) changed while it was submitted; submit again")
        }
        try check(response, bytes)
    }
}

/// The bytes of a mapped file in pieces.
private struct FilePieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let file: MappedFile
    let progress: @Sendable (Int) -> Void

    struct AsyncIterator: AsyncIteratorProtocol {
        let file: MappedFile
        let progress: @Sendable (Int) -> Void
        var sent = 0

        mutating func next() async throws -> ByteBuffer? {
            let count = Swift.min(SchedulerClient.uploadPieceBytes, file.count - sent)
            guard count > 0 else { return nil }
            let start = sent
            let piece = file.withBytes { ByteBuffer(bytes: $0[start..<start + count]) }
            sent += count
            progress(sent)
            return piece
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(file: file, progress: progress)
    }
}
