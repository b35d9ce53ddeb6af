import Glibc
import Testing

@testable import Messaging

/// What a port says of itself.
struct PortProbeTests {
    @Test func aRefusalIsToldFromEverythingElse() throws {
        var port = 0
        for candidate in 42_000..<42_100 where port == 0 {
            guard let listener = try? PortProbe.Listener(port: candidate) else { continue }
            #expect(!PortProbe.isRefused(host: "127.0.0.1", port: candidate), "it listens")
            #expect(PortProbe.reason(host: "127.0.0.1", port: candidate) == nil)
            listener.close()
            port = candidate
        }
        try #require(port > 0)
        #expect(PortProbe.isRefused(host: "127.0.0.1", port: port))
        #expect(!PortProbe.isRefused(host: "no-such-host.invalid", port: port), "nobody said so")
    }
}
