import ArgumentParser
import Artifacts
import Client
import Foundation
import Messaging

/// `mlctl cluster backup`: everything of a scheduler in one file, while it works.
struct ClusterBackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write ledger, stored files, keys and configuration to one file, online.",
        discussion: """
            Runs on the scheduler's host, as its user; the scheduler goes on meanwhile. Keys are \
            sealed under the passphrase (AES-256-GCM, scrypt).
            """)

    @Argument(help: "The file to write; it must not exist yet.", completion: .file())
    var file: String

    @OptionGroup var passphrase: PassphraseOption

    @Option(help: "The scheduler's state folder (default: this user's).")
    var state: String?

    func run() throws {
        let secret = try passphrase.read()
        let backup = ClusterBackup(stateFolder: state ?? StateFolder.path)
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        Interruption.install(console)
        Interruption.instead([
            { [file] in
                backup.abandon(file)
                console.note("\ngiven up: \(file) was not written")
                _exit(ExitStatus.interrupted.rawValue)
            }
        ])
        let summary = try backup.write(to: file, passphrase: secret)
        try console.line(
            "\(file): \(summary.jobs) jobs, \(summary.artifacts) files, \(summary.bytes) bytes, "
                + "schema \(summary.schemaVersion)")
    }
}

/// `mlctl cluster restore`.
struct ClusterRestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring a backup back into a state folder without a ledger.",
        discussion: """
            All of it, or nothing: digests, passphrase and ledger are checked before anything is \
            moved into place. Stop the old scheduler first. Workers find the new one by its name; \
            where they know an address, tell each with mlctl cluster follow. Running work goes on.
            """)

    @Argument(help: "The backup.", completion: .file())
    var file: String

    @OptionGroup var passphrase: PassphraseOption

    @Option(help: "The state folder to restore into (default: this user's).")
    var state: String?

    @Option(help: "How other hosts reach the scheduler now, when that changes.")
    var advertise: String?

    func run() throws {
        let secret = try passphrase.read()
        let state = state ?? StateFolder.path
        let summary = try ClusterBackup(stateFolder: state).restore(
            from: file, passphrase: secret, advertise: advertise)
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        try console.line(
            "\(state): \(summary.jobs) jobs, \(summary.artifacts) files, "
                + "schema \(summary.schemaVersion)")
        for note in summary.notes { console.note(note) }
        console.note("next: mlctl scheduler --state \(state)")
    }
}

/// `mlctl cluster follow`: tells a running worker where its scheduler is now.
struct ClusterFollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow",
        abstract: "Tell this host's worker the scheduler's new address; running work goes on.")

    @Argument(help: "HOST:PORT of the control endpoint (port 7071).")
    var address: String

    @Option(help: "The worker's name (default: the host's).")
    var name: String?

    @Option(help: "The worker's state folder (default: that of its name).")
    var state: String?

    func validate() throws {
        if EnrolmentDoor.endpoint(of: address) == nil || !address.contains(":") {
            throw ValidationError("\(address) is not HOST:PORT such as 192.0.2.10:7071")
        }
    }

    func run() throws {
        let folder = state ?? "\(StateFolder.path)/workers/\(name ?? HostIdentity.name)"
        let path = "\(folder)/keys/scheduler.address"
        guard FileManager.default.fileExists(atPath: path) else {
            throw ClientFailure(
                .notFound, "\(path) is not there: no worker has enrolled from \(folder)")
        }
        try PrivateFile.write(Array("\(address)\n".utf8), to: path)
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        try console.line("\(path) says \(address); a worker without a scheduler reads it")
    }
}

/// The passphrase of a backup: from a file or standard input, never an argument.
struct PassphraseOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file with the passphrase, - for standard input.", valueName: "file"),
        completion: .file())
    var passphraseFile: String

    func read() throws -> [UInt8] {
        let path = passphraseFile == "-" ? "/dev/stdin" : passphraseFile
        guard let data = FileManager.default.contents(atPath: path), data.count <= 4_096 else {
            throw ClientFailure(
                .wrongUsage, "\(passphraseFile): the passphrase cannot be read: check the path")
        }
        let text = data.prefix { $0 != 0x0A && $0 != 0x0D }
        guard text.count >= PassphraseSeal.leastPassphrase else {
            throw ClientFailure(
                .wrongUsage,
                "the passphrase has \(text.count) bytes; use at least "
                    + "\(PassphraseSeal.leastPassphrase)")
        }
        return Array(text)
    }
}
