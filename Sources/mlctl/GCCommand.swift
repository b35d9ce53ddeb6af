import ArgumentParser
import Client
import ControlAPI

/// `mlctl gc`: applies the retention rules.
struct GCCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove what the retention rules take; show what is stored.",
        discussion: """
            The scheduler does this by itself once an hour. Rows of the ledger stay: a deleted job \
            leaves its tombstone and its facts. The rules stand in the cluster file under \
            scheduler.retention.
            """)

    @Flag(help: "Remove nothing, only say what would be.")
    var dryRun = false

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let query = APIPath.query([("dryRun", dryRun ? "true" : nil)])
        let body = try await session.client().post(
            APIPath.gc + query, nil, as: HousekeepingBody.self)
        if form == .json {
            try session.console.line(body.jsonText)
        } else {
            try session.console.write(Array(HousekeepingText.text(body).utf8))
        }
    }
}
