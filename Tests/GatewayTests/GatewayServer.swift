import Artifacts
import AsyncHTTPClient
import ClusterVocabulary
import ControlAPI
import Foundation
import Gateway
import Logging
import NIOCore
import NIOHTTP1
import SchedulerService
import Testing

/// A running gateway on a port of its own, and a client for it.
struct GatewayServer: Sendable {
    static let admin = "secret-admin"
    static let ana = "secret-ana"
    static let ben = "secret-ben"
    static let viewer = "secret-viewer"

    let scheduler: MemoryScheduler
    let port: Int

    /// What came back.
    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: String

        func decoded<Body: Decodable>(_ type: Body.Type) throws -> Body {
            try JSONDecoder().decode(type, from: Data(body.utf8))
        }

        func header(_ name: String) -> String? { headers.first(name: name) }

        var failure: ErrorBody.Failure? { try? decoded(ErrorBody.self).error }
    }

    /// Starts a gateway, runs the body, stops the gateway and waits until it has ended.
    static func run(
        settings change: (inout GatewaySettings) -> Void = { _ in },
        _ body: @Sendable (GatewayServer) async throws -> Void
    ) async throws {
        let scheduler = try MemoryScheduler()
        var settings = GatewaySettings(
            host: "127.0.0.1", port: 0,
            tokens: [
                GatewayToken(token: admin, user: "root", role: .admin),
                GatewayToken(token: ana, user: "ana", role: .user),
                GatewayToken(token: ben, user: "ben", role: .user),
                GatewayToken(token: viewer, user: "eve", role: .viewer),
            ])
        // On a busy machine a test may pause for longer than a connection may be silent.
        settings.idleSeconds = 900
        change(&settings)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "gateway-tests")
        logger.logLevel = .critical
        let application = GatewayApplication(
            backend: scheduler, settings: settings, logger: logger
        ) { continuation.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let server = GatewayServer(scheduler: scheduler, port: port)
            do {
                try await body(server)
            } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    func request(
        _ method: String, _ path: String, token: String? = ana, headers: [String: String] = [:],
        body: String? = nil
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        return request
    }

    /// Sends a request and collects the whole answer.
    func call(
        _ method: String, _ path: String, token: String? = ana, headers: [String: String] = [:],
        body: String? = nil
    ) async throws -> Answer {
        let request = request(method, path, token: token, headers: headers, body: body)
        let response = try await answer(to: request)
        let buffer = try await response.body.collect(upTo: 64 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers,
            body: String(buffer: buffer))
    }

    /// Asks again when the connection was closed before all was sent: where other tests keep the
    /// threads busy for longer than the server bears silence, a kept connection is closed just when
    /// it is used again.
    private func answer(to request: HTTPClientRequest) async throws -> HTTPClientResponse {
        for _ in 0..<5 {
            do {
                return try await HTTPClient.shared.execute(request, timeout: .seconds(30))
            } catch ChannelError.ioOnClosedChannel {
                continue
            }
        }
        return try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    }

    /// Opens a stream of events and hands them over one by one until `take` returns false or the
    /// stream ends; the result says whether it ended.
    @discardableResult
    func events(
        _ path: String, headers: [String: String] = [:],
        _ take: (ServerSentEvent) async throws -> Bool
    ) async throws -> Bool {
        let request = request("GET", path, headers: headers)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        #expect(response.headers.first(name: "Content-Type") == "text/event-stream")
        var reader = ServerSentEventReader()
        for try await piece in response.body {
            for event in reader.take(piece.readableBytesView) {
                guard try await take(event) else { return false }
            }
        }
        return true
    }

    /// Uploads a small file and submits a job that trains on it.
    func submitSample(
        _ name: String = "digits", token: String = ana, extra: String = ""
    ) async throws -> SubmittedJob {
        try provideSample()
        let body = SubmitRequest(specification: Documents.job(name, extra: extra)).jsonText
        let answer = try await call(
            "POST", "/v1/jobs", token: token, headers: ["Content-Type": "application/json"],
            body: body)
        #expect(answer.status == 201, "\(answer.body)")
        return try #require(try answer.decoded([SubmittedJob].self).first)
    }

    /// A folder that every user of the host may pass.
    func openFolder() throws -> String {
        let folder = scheduler.folder + "/open"
        for path in [scheduler.folder, folder] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: path)
        }
        return folder
    }

    /// Stores the sample's data as somebody of the namespace `default` would.
    func provideSample() throws {
        try scheduler.artifacts.put(Array(Documents.data.utf8))
        var changes = AccessChanges()
        changes.claims = [ArtifactClaim(namespace: "default", digest: Documents.digest)]
        scheduler.access.apply([changes])
    }
}
