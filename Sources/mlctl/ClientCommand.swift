import ArgumentParser
import Client

/// A command that speaks to a scheduler.
protocol ClientCommand: AsyncParsableCommand {
    /// Which scheduler.
    var connection: ConnectionOptions { get }

    /// Does the work.
    func run(_ session: ClientSession) async throws
}

extension ClientCommand {
    func run() async throws {
        let session = ClientSession.standard(context: connection.context)
        Interruption.install(session.console)
        try await session.run { try await run(session) }
    }
}

/// Which scheduler a command speaks to.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The context of the configuration file, in place of MLCTL_SERVER.")
    var context: String?
}

/// In which namespace names are looked up.
struct NamespaceOption: ParsableArguments {
    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: "The namespace (default: your own; an admin's is default).")
    var chosen: String?

    /// What requests say: nothing written means the sender's own.
    var namespace: String { chosen ?? "" }
}

/// Runs of jobs named on the command line.
struct JobNames: ParsableArguments {
    @Argument(help: "Runs such as digits-3; a bare name means its newest run.")
    var names: [String]
}

/// Forms of a description.
enum TextOrJSON: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}
