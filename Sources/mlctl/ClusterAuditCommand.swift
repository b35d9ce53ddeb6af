import ArgumentParser
import Client
import ControlAPI

/// `mlctl cluster audit`: who changed what.
struct ClusterAuditCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Show who changed what, from where, and how it ended; for admins.")

    @Option(help: "Only what this user did.")
    var user: String?

    @Option(help: "Only lines after this number.")
    var after: Int?

    @Option(help: "At most so many lines.")
    var limit: Int?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let query = APIPath.query([
            ("user", user), ("after", after.map { String($0) }),
            ("limit", limit.map { String($0) }), ("as", form == .text ? "table" : nil),
        ])
        try session.console.write(try await session.client().get(APIPath.audit + query))
    }
}
