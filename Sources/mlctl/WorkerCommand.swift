import AccessControl
import ArgumentParser
import Client
import ClusterVocabulary
import Foundation
import JobSpecification
import Logging
import Messaging
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

    @Option(help: "The state folder of the scheduler of this host, whose token it enrols with.")
    var credentials: String?

    @Option(
        help: ArgumentHelp(
            "Join the scheduler of another host here, HOST:PORT (port 7068 when left out); needed "
                + "until it has joined once, no harm after.", valueName: "address"))
    var join: String?

    @Option(
        help: ArgumentHelp(
            "The file with the join token, - for standard input (default: the text in the "
                + "variable MLCTL_JOIN_TOKEN).", valueName: "file"), completion: .file())
    var tokenFile: String?

    @Flag(help: "Change this worker's key before it starts; no other may run from its folder.")
    var rotateKey = false

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
        if let join, EnrolmentDoor.endpoint(of: join) == nil {
            throw ValidationError("--join must be HOST or HOST:PORT such as 192.0.2.10:7068")
        }
        if join != nil, credentials != nil {
            throw ValidationError("--join is for another host's scheduler, --credentials for ours")
        }
        if tokenFile != nil, join == nil { throw ValidationError("--token-file needs --join") }
    }

    func run() async throws {
        let name = name ?? HostIdentity.name
        let cluster = try ClusterFile.read(config)
        let listed = cluster?.workers.first { $0.name == name }
        if let cluster, listed == nil {
            throw DaemonFailure(
                "\(config ?? "") has no worker \(name), but "
                    + cluster.workers.map(\.name).joined(separator: ", "))
        }
        let folder = state ?? "\(StateFolder.path)/workers/\(name)"
        let logger = DaemonLog.make("worker")
        guard NodeID(checking: name) != nil else {
            throw DaemonFailure("\(WorkerStartError.badName(name))")
        }
        let keys: NodeCredentials
        let lock: WorkerLock
        do {
            lock = try WorkerLock(workerFolder: folder, alone: rotateKey)
            keys = try enrol(name, folder, logger)
        } catch {
            throw DaemonFailure("\(error)")
        }
        lock.share()
        let told = keys.control.isEmpty ? nil : keys.control
        let schedulerAddress =
            scheduler ?? cluster?.scheduler.control.description ?? told ?? "127.0.0.1:7071"
        var settings = WorkerSettings(
            name: name,
            milliCPU: Int64(slots ?? listed?.slots ?? HostFacts.cores) * 1_000,
            memoryBytes: memory.map { Int64($0) << 20 } ?? listed?.memoryBytes
                ?? HostFacts.memoryBytes / 5 * 4,
            schedulerEndpoint: "tcp://\(schedulerAddress)",
            serverPublicKey: keys.serverPublicKey,
            keys: keys.own, stateFolder: folder,
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
        let daemon = WorkerDaemon(settings: settings, logger: logger)
        do {
            try daemon.start()
        } catch {
            throw DaemonFailure("\(error)")
        }
        try await UntilSignal.run { await UntilSignal.wait() }
        daemon.stop()
        withExtendedLifetime(lock) {}
    }

    /// The credentials of an earlier enrolment with the same scheduler, or of one made now.
    private func enrol(
        _ name: String, _ folder: String, _ logger: Logger
    ) throws -> NodeCredentials {
        guard let node = NodeID(checking: name) else { throw WorkerStartError.badName(name) }
        let enrolment = Enrolment(node: node, workerFolder: folder)
        let notice: (String) -> Void = { logger.warning("not enrolled yet: \($0)") }
        guard let join, let endpoint = EnrolmentDoor.endpoint(of: join) else {
            let state = credentials ?? StateFolder.path
            // A worker that joined another host's scheduler before stays with it.
            if credentials == nil, let known = try NodeCredentials.load(workerFolder: folder),
                !FileManager.default.fileExists(atPath: "\(state)/keys/join.token")
            {
                guard rotateKey else { return known }
                return try rotate(known, enrolment, notice)
            }
            let known = try enrolment.joinLocally(stateFolder: state, notice: notice)
            guard rotateKey else { return known }
            return try enrolment.rotate(
                known, at: LocalEnrolment.endpoint(stateFolder: state), notice: notice)
        }
        let known = try NodeCredentials.load(workerFolder: folder)
        if let known, rotateKey {
            return try enrolment.rotate(known, at: endpoint, notice: notice)
        }
        // With the key of the same scheduler in hand the token is not needed any more.
        let token =
            known == nil
            ? try EnrolmentDoor.token(file: tokenFile)
            : (try? EnrolmentDoor.token(file: tokenFile)) ?? nil
        if let known, token == nil || token?.serverPublicKey == known.serverPublicKey {
            return known
        }
        guard let token else {
            throw DaemonFailure(
                "joining needs a token: --token-file FILE, or its text in MLCTL_JOIN_TOKEN; "
                    + "mlctl cluster token makes one on the scheduler's host")
        }
        return try enrolment.join(token, at: endpoint, notice: notice)
    }

    /// Changes the key of a worker that joined before, at the scheduler it knows.
    private func rotate(
        _ known: NodeCredentials, _ enrolment: Enrolment, _ notice: (String) -> Void
    ) throws -> NodeCredentials {
        guard let endpoint = known.enrolmentEndpoint(workerFolder: enrolment.workerFolder) else {
            throw DaemonFailure(
                "the key was not changed: this worker does not know where its scheduler enrols; "
                    + "name it with --join HOST:PORT")
        }
        do {
            return try enrolment.rotate(
                known, at: endpoint, patience: Self.rotationPatience, notice: notice)
        } catch EnrolmentError.unreachable(_) {
            throw DaemonFailure(
                "the key was not changed: nobody answers at \(endpoint); is the scheduler's "
                    + "enrolment port another? Name it with --join HOST:PORT. A change that was "
                    + "begun before is finished by a start without --rotate-key")
        }
    }

    /// How long an answer to a change of key is waited for, where nobody said where to ask.
    private static let rotationPatience = Duration.seconds(15)
}

/// How a worker names its cluster's enrolment endpoint and brings its token.
enum EnrolmentDoor {
    /// The port of the enrolment endpoint.
    static let usualPort = 7_068

    /// `tcp://HOST:PORT` of `HOST` or `HOST:PORT`.
    static func endpoint(of text: String) -> String? {
        if let (host, port) = ExchangeAddressText.parts(of: text) {
            return "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        }
        guard !text.isEmpty, !text.contains(":"), !text.contains("/") else { return nil }
        return "tcp://\(text):\(usualPort)"
    }

    /// The token of a file, of standard input, or of the environment; never of an argument, which
    /// everybody on the host could read.
    static func token(file: String?) throws -> JoinToken? {
        let text: String
        if let file {
            let source = file == "-" ? "/dev/stdin" : file
            do {
                text = try String(contentsOfFile: source, encoding: .utf8)
            } catch {
                throw DaemonFailure("\(file): the join token cannot be read: check the path")
            }
        } else if let variable = ProcessInfo.processInfo.environment["MLCTL_JOIN_TOKEN"] {
            // What trainers inherit must not hold it.
            unsetenv("MLCTL_JOIN_TOKEN")
            text = variable
        } else {
            return nil
        }
        guard let token = JoinToken(text) else {
            throw DaemonFailure(
                "\(file ?? "MLCTL_JOIN_TOKEN") holds no join token: one line that begins with "
                    + "mlctl-join-1, as mlctl cluster token prints it")
        }
        return token
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
