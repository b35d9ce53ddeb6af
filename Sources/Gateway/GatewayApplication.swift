import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import SchedulerService

/// The HTTP side of a scheduler: REST and event streams under `/v1`.
package struct GatewayApplication: Sendable {
    private let backend: any SchedulerBackend
    private let settings: GatewaySettings
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// Makes the application; `onListening` is told the bound port once requests are taken.
    package init(
        backend: any SchedulerBackend, settings: GatewaySettings, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.backend = backend
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the task is cancelled or the surrounding service group shuts down.
    ///
    /// - Throws: ``GatewayError`` when it cannot listen.
    package func run() async throws {
        let (onListening, settings) = (onListening, settings)
        let application = Application(
            router: router(),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    idleTimeout: .seconds(settings.idleSeconds),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: GatewaySettings.largestHeaderBytes,
                        maxHeaderListSize: GatewaySettings.largestHeaderBytes,
                        maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: "mlctl",
                availableConnectionsDelegate: MaximumAvailableConnections(
                    settings.mostConnections)),
            onServerRunning: { channel in
                onListening(channel.localAddress?.port ?? settings.port)
            },
            logger: logger)
        do {
            try await application.run()
        } catch is CancellationError {
            return
        } catch {
            throw GatewayError(error, host: settings.host, port: settings.port) ?? error
        }
    }

    /// All routes; a test compares them with the OpenAPI document.
    func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: FailureMiddleware())
        router.add(middleware: AuthenticationMiddleware(tokens: TokenTable(settings.tokens)))
        JobRoutes(backend: backend, settings: settings).add(to: router)
        SubmissionRoutes(backend: backend, settings: settings).add(to: router)
        LogRoutes(backend: backend).add(to: router)
        EventRoutes(backend: backend).add(to: router)
        StreamRoutes(backend: backend).add(to: router)
        NodeRoutes(backend: backend).add(to: router)
        ModelRoutes(backend: backend).add(to: router)
        ArtifactRoutes(backend: backend, settings: settings).add(to: router)
        HousekeepingRoutes(backend: backend).add(to: router)
        SystemRoutes(backend: backend).add(to: router)
        return router
    }
}
