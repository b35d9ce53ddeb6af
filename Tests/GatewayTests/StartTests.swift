import Gateway
import Logging
import Testing

struct StartTests {
    private func start(_ settings: GatewaySettings) async throws {
        let application = GatewayApplication(
            backend: try MemoryScheduler(), settings: settings, logger: Logger(label: "test"))
        try await application.run()
    }

    @Test
    func aPortInUseIsNamed() async throws {
        try await GatewayServer.run { server in
            let settings = GatewaySettings(host: "127.0.0.1", port: server.port, tokens: [])
            let error = GatewayError.portInUse(host: "127.0.0.1", port: server.port)
            await #expect(throws: error) { try await start(settings) }
            #expect("\(error)".contains("127.0.0.1:\(server.port)"))
            #expect("\(error)".contains("--http"))
        }
    }

    @Test
    func anAddressOfAnotherHostIsNamed() async throws {
        let settings = GatewaySettings(host: "203.0.113.7", port: 7070, tokens: [])
        await #expect(throws: GatewayError.noSuchAddress(host: "203.0.113.7", port: 7070)) {
            try await start(settings)
        }
    }
}
