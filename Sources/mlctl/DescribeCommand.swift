import ArgumentParser
import Client
import ControlAPI

/// `mlctl describe`: everything about a job, or about a node.
struct DescribeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Show everything about jobs, or about nodes.",
        discussion: "mlctl describe NAME… shows jobs, mlctl describe node NAME… nodes.")

    @OptionGroup var jobs: JobNames

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let client = try session.client()
        if jobs.names.count > 1, ["node", "nodes"].contains(jobs.names[0]) {
            try await describeNodes(Array(jobs.names.dropFirst()), session, client)
            return
        }
        for (index, name) in jobs.names.enumerated() {
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

    private func describeNodes(
        _ names: [String], _ session: ClientSession, _ client: SchedulerClient
    ) async throws {
        for (index, name) in names.enumerated() {
            if form == .json {
                try session.console.write(try await client.get(APIPath.node(name)))
                continue
            }
            if index > 0 { try session.console.line("") }
            try session.show(NodeText.lines(try await client.node(name)))
        }
    }
}
