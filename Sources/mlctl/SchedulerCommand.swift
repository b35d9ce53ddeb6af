import ArgumentParser
import Client
import ClusterVocabulary
import Foundation
import Gateway
import JobSpecification
import Logging
import SchedulerCore
import SchedulerService

/// `mlctl scheduler`: keeps the ledger, places jobs, speaks HTTP to people and ZeroMQ to nodes.
struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler",
        abstract: "Run the scheduler: the ledger, the REST API, and the nodes' control socket.")

    @Option(help: "The folder of ledger, artifacts, keys and logs.")
    var state: String?

    @Option(help: "A cluster description (cluster/*.yaml); options here override it.")
    var config: String?

    @Option(help: "Where people connect (HTTP).")
    var http: String?

    @Option(help: "Where nodes connect (control).")
    var control: String?

    @Option(help: "Where nodes fetch and store files (artifacts).")
    var artifacts: String?

    @Option(help: "Where workers of other hosts enrol (default: this host's only).")
    var enrolment: String?

    @Option(help: "The name or address by which other hosts reach this one.")
    var advertise: String?

    @Option(
        help: "A certificate (PEM) for HTTP beyond this host (default: one of its own).",
        completion: .file())
    var certificateFile: String?

    @Option(help: "The private key of --certificate-file (PEM).", completion: .file())
    var certificateKeyFile: String?

    @Flag(help: "Serve HTTP unencrypted beyond this host: a TLS proxy stands in front.")
    var plainHTTP = false

    @Option(help: "The Unix socket for users of this host (default: mlctl.sock in --state).")
    var socket: String?

    func run() async throws {
        DaemonLimits.raise()
        let state = state ?? StateFolder.path
        let written = StateFolder.configurationPath(in: state)
        let file = config ?? (FileManager.default.fileExists(atPath: written) ? written : nil)
        let cluster = try ClusterFile.read(file)?.scheduler ?? ClusterConfiguration.Scheduler()
        var settings = SchedulerSettings(stateFolder: state)
        settings.controlEndpoint = "tcp://\(control ?? cluster.control.description)"
        settings.artifactEndpoint = "tcp://\(artifacts ?? cluster.artifacts.description)"
        settings.enrolmentEndpoint =
            (enrolment ?? cluster.enrolment?.description).map { "tcp://\($0)" }
        settings.advertise = advertise ?? cluster.advertise
        settings.freeBytesFloor = cluster.freeDiskFloorBytes
        settings.retention.endedJobs = cluster.retention.endedJobsSeconds
        settings.retention.logs = cluster.retention.logsSeconds
        settings.retention.curves = cluster.retention.curvesSeconds
        settings.retention.files = cluster.retention.filesSeconds
        settings.core.heartbeatInterval = .milliseconds(cluster.heartbeatMilliseconds)
        settings.core.suspectAfter = .milliseconds(cluster.suspectAfterMilliseconds)
        let address = try HTTPAddress(http ?? cluster.http.description)
        let logger = DaemonLog.make("scheduler")
        let certificate = try certificate(for: address, cluster, state, logger)
        let daemon: SchedulerDaemon
        do {
            daemon = try SchedulerDaemon(settings: settings, logger: logger)
            try daemon.start()
        } catch {
            throw DaemonFailure("\(error)")
        }
        let token = try AdminToken.load(stateFolder: state)
        var door = GatewaySettings(
            host: address.host, port: address.port,
            tokens: [GatewayToken(token: token, user: ownName, role: .admin)])
        door.unixSocket = unixSocket(state, logger)
        door.certificate = certificate
        let gateway = GatewayApplication(backend: daemon, settings: door, logger: logger)
        defer { daemon.stop() }
        try await UntilSignal.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.run() }
                group.addTask { try await daemon.untilFailed() }
                group.addTask {
                    await UntilSignal.wait()
                    daemon.announceStop()
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    func validate() throws {
        if (certificateFile == nil) != (certificateKeyFile == nil) {
            throw ValidationError("--certificate-file and --certificate-key-file go together")
        }
        if plainHTTP, certificateFile != nil {
            throw ValidationError("--plain-http does without --certificate-file")
        }
    }

    /// What HTTP is encrypted with: nothing on this host, beyond it a certificate that was named,
    /// or the scheduler's own, which is made at the first start.
    private func certificate(
        for address: HTTPAddress, _ cluster: ClusterConfiguration.Scheduler, _ state: String,
        _ logger: Logger
    ) throws -> ServerCertificate? {
        if let path = certificateFile ?? cluster.certificateFile,
            let keyPath = certificateKeyFile ?? cluster.certificateKeyFile
        {
            return ServerCertificate(certificatePath: path, keyPath: keyPath)
        }
        if address.isLoopback { return nil }
        if plainHTTP || cluster.plainHTTP {
            logger.warning("HTTP is served unencrypted at \(address.host):\(address.port)")
            return nil
        }
        let own = ServerCertificate(stateFolder: state)
        if !own.isThere {
            try own.make(names: [advertise ?? cluster.advertise, address.host].compactMap { $0 })
            logger.info("made \(own.certificatePath): clients elsewhere need it")
        }
        return own
    }

    /// Who runs the scheduler; a user without a name is known by number.
    private var ownName: String {
        let name = NSUserName()
        return name.isEmpty ? "uid-\(getuid())" : name
    }

    /// A path has to fit into a socket's address.
    private func unixSocket(_ state: String, _ logger: Logger) -> String? {
        let path = socket ?? StateFolder.socketPath(in: state)
        guard path.utf8.count > 100 else { return path }
        logger.warning("\(path) is too long for a Unix socket; name another one with --socket")
        return nil
    }
}

/// `HOST:PORT` of the HTTP side.
struct HTTPAddress {
    let host: String
    let port: Int

    /// Whether no other machine reaches it.
    var isLoopback: Bool { ServerAddress("http://\(urlHost)")?.isLoopback ?? false }

    private var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { throw DaemonFailure("\(text) is no HOST:PORT") }
        // [::1]:7070 is how an IPv6 address stands before a port.
        host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        self.port = port
    }
}
