import ArgumentParser
import Client
import Foundation
import JobSpecification
import Logging
import Messaging
import SchedulerService
import WorkerService

/// `mlctl worker`: offers this host's processors to a scheduler.
struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Offer this host to a scheduler and train for it until stopped.")

    @Option(help: "The node's name (default: the host's name).")
    var name: String?

    @Option(help: "Processor cores offered (default: all).")
    var slots: Int?

    @Option(help: "Memory offered, in MiB (default: four fifths of the host's).")
    var memory: Int?

    @Option(help: "The scheduler's control address (default: 127.0.0.1:7071).")
    var scheduler: String?

    @Option(
        help: ArgumentHelp(
            "Where trainers of other hosts reach this one's, HOST:PORT; further trainers take the "
                + "next free ports (default: this host's address towards the scheduler, 7072; "
                + "none when the scheduler is on this host).", valueName: "address"))
    var exchange: String?

    @Option(help: "A cluster description (cluster/*.yaml) with this worker; options override it.")
    var config: String?

    @Option(help: "The state folder of the scheduler that made this worker's key.")
    var credentials: String?

    @Option(help: "The folder for cached data sets and finished models.")
    var state: String?

    @Option(help: "The most MiB of converted data sets kept.")
    var cache = 20_480

    @Option(
        help: """
            The folder of secrets that commands may ask for, one file each, readable by its owner \
            alone (default: mlctl/secrets in the configuration folder).
            """)
    var secrets: String?

    func validate() throws {
        if let slots, !(1...4_096).contains(slots) {
            throw ValidationError("--slots must be between 1 and 4096")
        }
        if let memory, memory < 1 { throw ValidationError("--memory must be at least 1") }
        if let exchange, ExchangeAddressText.parts(of: exchange) == nil {
            throw ValidationError("--exchange must be HOST:PORT such as 192.0.2.11:7072")
        }
        if cache < 1 { throw ValidationError("--cache must be at least 1") }
    }

    func run() async throws {
        let folder = credentials ?? StateFolder.path
        let name = name ?? HostIdentity.name
        let cluster = try ClusterFile.read(config)
        let listed = cluster?.workers.first { $0.name == name }
        if let cluster, listed == nil {
            throw DaemonFailure(
                "\(config ?? "") has no worker \(name), but "
                    + cluster.workers.map(\.name).joined(separator: ", "))
        }
        let keys: NodeCredentials
        do {
            keys = try NodeCredentials(stateFolder: folder)
        } catch {
            throw DaemonFailure(
                "no worker key under \(folder)/keys; start the scheduler first, or name its "
                    + "state folder with --credentials")
        }
        let schedulerAddress =
            scheduler ?? cluster?.scheduler.control.description ?? "127.0.0.1:7071"
        var settings = WorkerSettings(
            name: name,
            milliCPU: Int64(slots ?? listed?.slots ?? HostFacts.cores) * 1_000,
            memoryBytes: memory.map { Int64($0) << 20 } ?? listed?.memoryBytes
                ?? HostFacts.memoryBytes / 5 * 4,
            schedulerEndpoint: "tcp://\(schedulerAddress)",
            serverPublicKey: keys.serverPublicKey,
            keys: keys.own, stateFolder: state ?? "\(StateFolder.path)/workers/\(name)",
            executable: ProgramPath.own, cacheBytes: Int64(cache) << 20)
        if let told = exchange ?? listed?.exchange.description,
            let (host, port) = ExchangeAddressText.parts(of: told)
        {
            settings.exchangeAddress = host
            settings.exchangePort = port
        } else if let (host, _) = ExchangeAddressText.parts(of: schedulerAddress) {
            settings.exchangeAddress = HostIdentity.address(toward: host) ?? ""
        }
        settings.commandAddress = settings.exchangeAddress
        settings.secretsFolder =
            secrets ?? ContextFile.folder(in: ProcessInfo.processInfo.environment) + "/secrets"
        let daemon = WorkerDaemon(settings: settings, logger: DaemonLog.make("worker"))
        do {
            try daemon.start()
        } catch {
            throw DaemonFailure("\(error)")
        }
        try await UntilSignal.run { await UntilSignal.wait() }
        daemon.stop()
    }
}

/// `HOST:PORT`, `[ADDRESS]:PORT`.
private enum ExchangeAddressText {
    static func parts(of text: String) -> (host: String, port: Int)? {
        guard let colon = text.lastIndex(of: ":"),
            let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return host.isEmpty ? nil : (String(host), port)
    }
}
