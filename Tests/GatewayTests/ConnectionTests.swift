import AsyncHTTPClient
import ClusterVocabulary
import ControlAPI
import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import SchedulerService
import Testing

@testable import Gateway

/// Clients that take connections and do nothing with them, and the socket of the host.
@Suite(.serialized)
struct ConnectionTests {
    @Test func oneClientCannotTakeAllConnections() async throws {
        try await GatewayServer.run(settings: { $0.mostConnectionsPerClient = 8 }) { server in
            let idle = (0..<40).map { _ in RawClient(port: server.port) }
            // A busy machine may take its time to close them.
            var closed = 0
            for _ in 0..<50 where closed < 32 {
                closed = idle.count { $0.isClosed(within: 200) }
            }
            #expect(closed >= 32)
            #expect(closed < 40)
        }
    }

    @Test func strangersMakeRoomForWhoHasCredentials() async throws {
        try await GatewayServer.run(settings: {
            $0.mostConnectionsPerClient = 8
            $0.mostConnections = 12
        }) { server in
            // One that has shown its token stays, however many come after it.
            let known = RawClient(port: server.port)
            known.send(
                "GET /v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                    + "\(GatewayServer.ana)\r\n\r\n")
            var poller = pollfd(fd: known.descriptor, events: Int16(POLLIN), revents: 0)
            try #require(poll(&poller, 1, 5_000) == 1)
            let idle = (0..<40).map { _ in RawClient(port: server.port) }
            for _ in 0..<3 {
                let answer = try await server.call("GET", "/v1/jobs", token: GatewayServer.ana)
                #expect(answer.status == 200, "strangers hold every connection")
            }
            let closed = idle.filter { $0.isClosed(within: 50) }.count
            #expect(closed >= 32 && closed < 40)
            #expect(!known.isClosed(within: 50))
        }
    }

    @Test func connectionsThatAreClosedCountNoMore() async throws {
        try await GatewayServer.run(settings: { $0.mostConnectionsPerClient = 8 }) { server in
            for _ in 0..<5 {
                let some = (0..<6).map { _ in RawClient(port: server.port) }
                for client in some { client.send("GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n") }
                try await Task.sleep(for: .milliseconds(30))
            }
            var status = 0
            for _ in 0..<100 where status != 200 {
                try await Task.sleep(for: .milliseconds(100))
                status = (try? await server.call("GET", "/v1/health", token: nil).status) ?? 0
            }
            #expect(status == 200)
        }
    }

    @Test func aHeadThatDripsInIsCutOff() async throws {
        try await GatewayServer.run(settings: { $0.idleSeconds = 1 }) { server in
            let client = RawClient(port: server.port)
            client.send("GET /v1/health HTTP/1.1\r\n")
            var isClosed = false
            // One byte at a time, never silent for long.
            for _ in 0..<40 where !isClosed {
                client.send("X")
                isClosed = client.isClosed(within: 100)
            }
            #expect(isClosed)
        }
    }

    @Test func aHeadWithoutEndIsRefused() async throws {
        try await GatewayServer.run { server in
            let client = RawClient(port: server.port)
            client.send("GET /v1/health HTTP/1.1\r\nX: ")
            let piece = String(repeating: "x", count: 4_096)
            var isClosed = false
            for _ in 0..<64 where !isClosed {
                client.send(piece)
                isClosed = client.isClosed(within: 20)
            }
            #expect(isClosed)
        }
    }

    @Test func theKernelSaysWhoSpeaksOnTheUnixSocket() async throws {
        let path = "/tmp/mlctl-gateway-\(UInt32.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        try await GatewayServer.run(settings: { $0.unixSocket = path }) { server in
            for _ in 0..<200 where access(path, F_OK) != 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
            let encoded = path.replacing("/", with: "%2F")
            var request = HTTPClientRequest(url: "http+unix://\(encoded)/v1/whoami")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1 << 16)
            let sender = try JSONDecoder().decode(
                SenderBody.self, from: Data(body.readableBytesView))
            #expect(sender.role == "admin")
            #expect(sender.origin == "uid \(getuid())")
            // A wrong token is not made good by the socket.
            request.headers.add(name: "Authorization", value: "Bearer nonsense")
            let refused = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
            #expect(refused.status == .unauthorized)
        }
    }

    @Test func userNumbersAreWhomTheyAreMappedTo() throws {
        let scheduler = try MemoryScheduler()
        let check = CredentialCheck(tokens: TokenTable([]), access: scheduler.access)
        #expect(check.identity(ofHostUser: 4_242) == nil)
        var changes = AccessChanges()
        changes.users = [
            UserRecord(name: "ana", role: .user, namespace: "red", hostUser: 4_242, createdAt: 1)
        ]
        scheduler.access.apply([changes])
        let ana = try #require(check.identity(ofHostUser: 4_242))
        #expect(ana.user == "ana")
        #expect(ana.namespace == "red")
        #expect(ana.hostUser == 4_242)
        #expect(check.identity(ofHostUser: getuid())?.role == .admin)
    }

    @Test(arguments: ["Content-Length: 90000000000", "Content-Length: 12000000"])
    func refusedUploadsEndTheirConnection(length: String) async throws {
        try await GatewayServer.run(settings: {
            $0.lingerSeconds = 1
            $0.largestArtifactBytes = 1 << 20
        }) { server in
            let client = RawClient(port: server.port)
            client.send(
                "PUT /v1/artifacts/\(Documents.digest) HTTP/1.1\r\nHost: x\r\n"
                    + "Authorization: Bearer \(GatewayServer.ana)\r\n\(length)\r\n\r\n")
            // One that sends first: a server that does not read would leave it hanging here.
            let sent = await Task.detached {
                client.send(String(repeating: "x", count: 8 << 20))
            }.value
            #expect(sent == 8 << 20)
            let answer = client.received(within: 20_000)
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer.prefix(200))")
            #expect(answer.lowercased().contains("connection: close"))
            let other = try await server.call("GET", "/v1/jobs")
            #expect(other.status == 200)
        }
    }

    @Test func shortRefusedBodiesKeepTheirConnection() async throws {
        try await GatewayServer.run(settings: { $0.lingerSeconds = 1 }) { server in
            let answer = try await server.call("PUT", "/v1/artifacts/zz", body: "abc")
            #expect(answer.status == 400)
            #expect(answer.header("Connection") != "close")
        }
    }
}
