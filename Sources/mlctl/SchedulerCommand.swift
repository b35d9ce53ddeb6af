import ArgumentParser
import Client
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

    func run() async throws {
        DaemonLimits.raise()
        let cluster = try ClusterFile.read(config)?.scheduler ?? ClusterConfiguration.Scheduler()
        let state = state ?? StateFolder.path
        var settings = SchedulerSettings(stateFolder: state)
        settings.controlEndpoint = "tcp://\(control ?? cluster.control.description)"
        settings.artifactEndpoint = "tcp://\(artifacts ?? cluster.artifacts.description)"
        settings.freeBytesFloor = cluster.freeDiskFloorBytes
        settings.retention.endedJobs = cluster.retention.endedJobsSeconds
        settings.retention.logs = cluster.retention.logsSeconds
        settings.retention.curves = cluster.retention.curvesSeconds
        settings.retention.files = cluster.retention.filesSeconds
        settings.core.heartbeatInterval = .milliseconds(cluster.heartbeatMilliseconds)
        settings.core.suspectAfter = .milliseconds(cluster.suspectAfterMilliseconds)
        let address = try HTTPAddress(http ?? cluster.http.description)
        let logger = DaemonLog.make("scheduler")
        let daemon: SchedulerDaemon
        do {
            daemon = try SchedulerDaemon(settings: settings, logger: logger)
            try daemon.start()
        } catch {
            throw DaemonFailure("\(error)")
        }
        let token = try AdminToken.load(stateFolder: state)
        let gateway = GatewayApplication(
            backend: daemon,
            settings: GatewaySettings(
                host: address.host, port: address.port,
                tokens: [GatewayToken(token: token, user: NSUserName(), role: .admin)]),
            logger: logger)
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
}

/// `HOST:PORT` of the HTTP side.
struct HTTPAddress {
    let host: String
    let port: Int

    init(_ text: String) throws {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port)
        else { throw DaemonFailure("\(text) is no HOST:PORT") }
        host = String(text[..<colon])
        self.port = port
    }
}
