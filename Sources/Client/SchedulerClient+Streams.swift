import AsyncHTTPClient
package import ControlAPI
import NIOCore
import NIOHTTP1

extension SchedulerClient {
    /// Reads a stream of events until it ends or the connection breaks.
    ///
    /// `opened` runs once the scheduler has answered, `take` gets every event in order; either ends
    /// the reading by returning false. `after` is the last fact known.
    package func stream(
        _ path: String, after: Int64? = nil, opened: () async throws -> Bool = { true },
        take: (ServerSentEvent) async throws -> Bool
    ) async throws {
        var request = request(.GET, path)
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let after { request.headers.add(name: "Last-Event-ID", value: String(after)) }
        var reader = ServerSentEventReader()
        try await pieces(request, opened: opened) { piece in
            for event in reader.take(piece.readableBytesView) {
                guard try await take(event) else { return false }
            }
            return true
        }
    }

    /// Reads a job's log as it grows, until the job has ended or the connection breaks.
    ///
    /// The first `skipping` bytes are left out, so that a broken reading can go on.
    package func followLog(
        _ name: String, namespace: String, skipping: Int, take: ([UInt8]) throws -> Void
    ) async throws {
        let path =
            APIPath.job(name, .logs)
            + APIPath.query([("namespace", namespace), ("follow", "true")])
        var left = skipping
        try await pieces(request(.GET, path), opened: { true }) { piece in
            let fresh = piece.readableBytesView.dropFirst(left)
            left -= piece.readableBytes - fresh.count
            if !fresh.isEmpty { try take(Array(fresh)) }
            return true
        }
    }

    /// Reads a command's output from a position on, as records; with `follows` until it has ended.
    package func output(
        _ name: String, namespace: String, from: Int64, follows: Bool,
        take: ([UInt8]) throws -> Void
    ) async throws {
        let path =
            APIPath.job(name, .output)
            + APIPath.query([
                ("namespace", namespace), ("from", String(from)), ("follow", "\(follows)"),
            ])
        try await pieces(request(.GET, path), opened: { true }) { piece in
            try take(Array(piece.readableBytesView))
            return true
        }
    }

    private func pieces(
        _ request: HTTPClientRequest, opened: () async throws -> Bool,
        take: (ByteBuffer) async throws -> Bool
    ) async throws {
        let response = try await execute(request, deadline: .distantFuture)
        guard response.status == .ok else {
            let bytes = try await collect(response)
            try check(response, bytes)
            return
        }
        guard try await opened() else { return }
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw failure(of: error)
            }
            guard let piece, try await take(piece) else { return }
        }
    }
}
