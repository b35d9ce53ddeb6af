import AsyncHTTPClient
package import ControlAPI
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The REST API of a scheduler as a person's tool uses it; every failure is a ``ClientFailure``.
package final class SchedulerClient: Sendable {
    /// Which scheduler, and as whom.
    package let connection: Connection
    let http: HTTPClient

    /// The longest answer taken into memory, in bytes.
    package static let longestAnswer = 512 << 20
    /// Seconds to make a connection.
    static let connectSeconds: Int64 = 5
    /// Seconds an unused connection is kept.
    static let idleSeconds: Int64 = 20
    /// Seconds an answer may take as a whole.
    static let answerSeconds: Int64 = 120

    /// A client; nothing is sent before the first question.
    package init(_ connection: Connection, proxy: ProxyChoice? = nil) {
        self.connection = connection
        var configuration = HTTPClient.Configuration()
        // A redirect would carry the token to another server.
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(SchedulerClient.connectSeconds)
        // Streams show life more often than this.
        configuration.timeout.read = .seconds(Int64(ServerSentEvent.heartbeatSeconds * 3))
        // A server that is not there should be reported, not waited for.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than the server's patience, so that no question meets a closing connection.
        configuration.connectionPool.idleTimeout = .seconds(SchedulerClient.idleSeconds)
        if let path = connection.certificatePath {
            var security = TLSConfiguration.makeClientConfiguration()
            security.trustRoots = .file(path)
            configuration.tlsConfiguration = security
        }
        if let proxy {
            configuration.proxy = .server(
                host: proxy.address.host, port: proxy.address.port,
                authorization: proxy.credentials.map {
                    .basic(credentials: Data($0.utf8).base64EncodedString())
                })
        }
        http = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }

    /// Closes the connections.
    package func close() async {
        try? await http.shutdown()
    }

    // MARK: Questions

    /// The bytes of a successful answer.
    package func get(_ path: String) async throws -> [UInt8] {
        try await answer(.GET, path)
    }

    /// A successful answer as a body.
    package func get<Body: Decodable>(_ path: String, as type: Body.Type) async throws -> Body {
        try decode(type, try await answer(.GET, path))
    }

    /// The answer to a change, as a body.
    package func post<Body: Decodable>(
        _ path: String, _ body: (any JSONWritable)?, as type: Body.Type
    ) async throws -> Body {
        try decode(type, try await answer(.POST, path, body?.jsonBytes))
    }

    /// The answer to a replacement, as a body.
    package func put<Body: Decodable>(
        _ path: String, _ body: (any JSONWritable)?, as type: Body.Type
    ) async throws -> Body {
        try decode(type, try await answer(.PUT, path, body?.jsonBytes))
    }

    /// The answer to a removal, as a body.
    package func delete<Body: Decodable>(_ path: String, as type: Body.Type) async throws -> Body {
        try decode(type, try await answer(.DELETE, path))
    }

    // MARK: Parts

    private func answer(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil
    ) async throws -> [UInt8] {
        var request = request(method, path)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await execute(
            request, deadline: .now() + .seconds(SchedulerClient.answerSeconds))
        let bytes = try await collect(response)
        try check(response, bytes)
        return bytes
    }

    func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(connection.server.url)\(path)")
        request.method = method
        request.headers.add(name: "User-Agent", value: "mlctl")
        if let token = connection.token {
            request.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        return request
    }

    func execute(
        _ request: HTTPClientRequest, deadline: NIODeadline
    ) async throws -> HTTPClientResponse {
        do {
            return try await http.execute(request, deadline: deadline)
        } catch {
            throw failure(of: error)
        }
    }

    func collect(_ response: HTTPClientResponse) async throws -> [UInt8] {
        do {
            let buffer = try await response.body.collect(upTo: SchedulerClient.longestAnswer)
            return Array(buffer.readableBytesView)
        } catch {
            throw failure(of: error)
        }
    }

    /// Throws unless the answer is a success.
    func check(_ response: HTTPClientResponse, _ bytes: [UInt8]) throws {
        let code = Int(response.status.code)
        guard !(200..<300).contains(code) else { return }
        throw ClientFailure.refusal(code: code, body: bytes, connection: connection)
    }

    private func decode<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8]) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw ClientFailure(
                .unreachable,
                "the answer of \(connection.server) is not that of a scheduler this client knows;"
                    + " compare mlctl version --server")
        }
    }

    func failure(of error: any Error) -> ClientFailure {
        if let known = error as? ClientFailure { return known }
        if error is CancellationError { return ClientFailure(error) }
        let (server, origin) = (connection.server, connection.origin)
        if let cause = certificateFailure(error) { return cause }
        let next =
            server.isLoopback
            ? "start it with mlctl up" : "check the address and the network"
        return ClientFailure(
            .unreachable,
            "the scheduler cannot be reached at \(server) (\(origin)): "
                + "\(SchedulerClient.cause(of: error)); \(next), or name another one with "
                + "--context or MLCTL_SERVER")
    }

    /// What is wrong between the two certificates, or between HTTP and HTTPS, and its cure.
    private func certificateFailure(_ error: any Error) -> ClientFailure? {
        let text = String(describing: error)
        let server = connection.server
        if let path = connection.certificatePath, access(path, R_OK) != 0 {
            return ClientFailure(.refused, "the certificate file \(path) cannot be read")
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") || text.contains("failedToValidateHostname") {
            let shown = connection.certificatePath.map { "is not the one of \($0)" }
            return ClientFailure(
                .unreachable,
                "the certificate of \(server) \(shown ?? "is not known here"), or does not name"
                    + " \(server.host): get it there with mlctl cluster certificate, and say mlctl"
                    + " config set NAME --server \(server) --certificate-file FILE")
        }
        if text.contains("WRONG_VERSION_NUMBER") {
            return ClientFailure(
                .unreachable, "\(server) serves plain HTTP: name it http://\(server.host)")
        }
        // A server that expects TLS answers plain words with nothing, or with an alert.
        if !server.isSecure, server.socketPath == nil, case let known as HTTPClientError = error,
            known == .remoteConnectionClosed
        {
            return ClientFailure(
                .unreachable,
                "\(server) closed the connection without an answer; where HTTPS is served say"
                    + " https://\(server.host):\(server.port)")
        }
        return nil
    }

    private static func cause(of error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return cause(of: first.error) }
            if error.dnsAError != nil || error.dnsAAAAError != nil { return "no such host" }
            return "no connection"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as HTTPClientError: return error.shortDescription
        case is NIOTooManyBytesError: return "the answer is too long"
        default: return String(String(describing: error).prefix(200))
        }
    }
}
