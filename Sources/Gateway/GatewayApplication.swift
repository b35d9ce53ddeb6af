import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
package import SchedulerService

/// The HTTP side of a scheduler: REST and event streams under `/v1`.
package struct GatewayApplication: Sendable {
    private let backend: any SchedulerBackend
    private let settings: GatewaySettings
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let counts: ConnectionCounts

    /// Makes the application; `onListening` is told the bound port once requests are taken.
    package init(
        backend: any SchedulerBackend, settings: GatewaySettings, logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.backend = backend
        self.settings = settings
        self.logger = logger
        self.onListening = onListening
        counts = ConnectionCounts(
            mostPerClient: settings.mostConnectionsPerClient, most: settings.mostConnections)
    }

    /// Serves until the task is cancelled or the surrounding service group shuts down.
    ///
    /// - Throws: ``GatewayError`` when it cannot listen.
    package func run() async throws {
        guard let path = settings.unixSocket else {
            try await serve(.hostname(settings.host, port: settings.port), settings.certificate)
            return
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await serve(
                    .hostname(settings.host, port: settings.port), settings.certificate)
            }
            // The kernel carries it: nobody else hears what passes.
            group.addTask { try await serve(.unixDomainSocket(path: path), nil) }
            try await group.next()
            group.cancelAll()
        }
    }

    private func serve(
        _ address: BindAddress, _ certificate: ServerCertificate?
    ) async throws {
        let (onListening, settings) = (onListening, settings)
        let application = Application(
            router: router(),
            server: try server(certificate),
            configuration: ApplicationConfiguration(
                address: address, serverName: "mlctl",
                // Those that make room for others are still closing.
                availableConnectionsDelegate: MaximumAvailableConnections(
                    settings.mostConnections + GatewaySettings.mostClosing)),
            onServerRunning: { channel in
                if case .unixDomainSocket = channel.localAddress {
                    // Who may come near is the folder's business, who speaks the kernel's.
                    if let path = settings.unixSocket { chmod(path, 0o666) }
                } else {
                    onListening(channel.localAddress?.port ?? settings.port)
                }
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

    /// HTTP/1.1 with its bounds; over TLS when there is a certificate.
    private func server(_ certificate: ServerCertificate?) throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [ConnectionBoundHandler(counts)],
                idleTimeout: .seconds(settings.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: GatewaySettings.largestHeaderBytes,
                    maxHeaderListSize: GatewaySettings.largestHeaderBytes,
                    maxHeaderFieldCount: 100)))
        guard let certificate else { return plain }
        return try .tls(plain, tlsConfiguration: try GatewayApplication.security(certificate))
    }

    /// TLS 1.2 or newer, proved by the files.
    private static func security(_ files: ServerCertificate) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificatePath)
            let key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // Tells now whether the two belong together.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw GatewayError.certificate(
                path: files.certificatePath, keyPath: files.keyPath, detail: "\(error)")
        }
    }

    /// All routes; a test compares them with the OpenAPI document.
    func router() -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        let digesting = HostFileDigesting()
        router.add(middleware: FailureMiddleware(settings: settings))
        router.add(
            middleware: AuthorisationMiddleware(
                credentials: CredentialCheck(
                    tokens: TokenTable(settings.tokens), access: backend.access),
                counts: counts, backend: backend))
        JobRoutes(backend: backend, settings: settings).add(to: router)
        SubmissionRoutes(backend: backend, settings: settings, digesting: digesting)
            .add(to: router)
        JobAuditRoutes(backend: backend, settings: settings).add(to: router)
        ExperimentRoutes(backend: backend, settings: settings, digesting: digesting)
            .add(to: router)
        LogRoutes(backend: backend).add(to: router)
        EventRoutes(backend: backend).add(to: router)
        StreamRoutes(backend: backend).add(to: router)
        NodeRoutes(backend: backend).add(to: router)
        ModelRoutes(backend: backend).add(to: router)
        ArtifactRoutes(backend: backend, settings: settings).add(to: router)
        HousekeepingRoutes(backend: backend).add(to: router)
        SystemRoutes(backend: backend).add(to: router)
        AccessRoutes(backend: backend, settings: settings).add(to: router)
        return router
    }
}
