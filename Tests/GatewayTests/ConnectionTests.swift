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
    /// A connection of a hostile client.
    private final class RawClient {
        let descriptor: Int32

        init(port: Int) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            _ = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    connect(descriptor, generic, size)
                }
            }
        }

        deinit { close(descriptor) }

        func send(_ text: String) {
            _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
        }

        /// Whether the server has closed the connection, waiting at most so long.
        func isClosed(within milliseconds: Int32) -> Bool {
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&poller, 1, milliseconds) > 0 {
                var byte: UInt8 = 0
                let count = recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT))
                if count <= 0 { return true }
            }
            return false
        }
    }

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
}
