import ArgumentParser
import Client
import ControlAPI

/// `mlctl delete`.
struct DeleteCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove ended jobs and experiments from view, or nodes from the cluster.",
        discussion: """
            mlctl delete NAME… removes ended jobs and experiments; the ledger keeps their facts. \
            mlctl delete node NAME… takes the keys of workers back and moves their work; a worker \
            that still runs there gets nothing any more. A job called node is meant by \
            mlctl delete job node.
            """)

    @OptionGroup var jobs: JobNames
    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let first = jobs.names.count > 1 ? jobs.names[0] : ""
        let names =
            ["job", "jobs", "node", "nodes"].contains(first)
            ? Array(jobs.names.dropFirst()) : jobs.names
        let isNode = first == "node" || first == "nodes"
        try await JobActions.each(names, session) { client, name in
            if isNode {
                return try await client.delete(APIPath.node(name), as: ActionResult.self).name
            }
            return try await ExperimentActions.either(name) {
                try await client.delete($0, namespace: scope.namespace).name
            } experiment: {
                try await client.deleteExperiment($0, namespace: scope.namespace).name
            }
        }
    }
}
