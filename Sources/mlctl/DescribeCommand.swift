import ArgumentParser
import Client
import ControlAPI

/// `mlctl describe`: everything about a job or a node.
struct DescribeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Show everything about jobs and nodes.")

    @Argument(help: "Runs such as digits-3 (a bare name means its newest run), or node/NAME.")
    var names: [String]

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        for (index, name) in names.enumerated() {
            if name.hasPrefix("node/") {
                if index > 0, form == .text { try session.console.line("") }
                try await showNode(String(name.dropFirst(5)), client, session)
                continue
            }
            if form == .json {
                try session.console.write(
                    try await client.jobJSON(name, namespace: scope.namespace))
                continue
            }
            let job = try await client.job(name, namespace: scope.namespace)
            var log: [String] = []
            if ["Running", "Failed"].contains(job.status.state),
                let bytes = try? await client.log(job.metadata.name, namespace: scope.namespace)
            {
                let text = String(decoding: bytes, as: UTF8.self)
                log = text.split(separator: "\n").suffix(DescriptionText.logLines).map(String.init)
            }
            if index > 0 { try session.console.line("") }
            try session.show(DescriptionText.lines(job, log: log))
        }
    }

    private func showNode(
        _ name: String, _ client: SchedulerClient, _ session: ClientSession
    ) async throws {
        if form == .json {
            try session.console.write(try await client.get(APIPath.node(name)))
            return
        }
        try session.show(
            NodeText.lines(try await client.node(name), now: ResourceTable.now))
    }
}
