import ArgumentParser
import Client
import ControlAPI

/// `mlctl explain`: why a job waits, or what became of it.
struct ExplainCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say why jobs wait, node by node.")

    @OptionGroup var jobs: JobNames

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        for name in jobs.names {
            let explanation = try await client.explanation(name, namespace: scope.namespace)
            if form == .json {
                try session.console.line(explanation.jsonText)
            } else {
                try session.show(ExplanationText.lines(explanation))
            }
        }
    }
}
