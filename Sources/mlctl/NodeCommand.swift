import ArgumentParser
import Client
import ControlAPI

/// `mlctl node`: take nodes out of service and back.
struct NodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "node",
        abstract: "Cordon, drain and open nodes.",
        subcommands: [
            NodeCordonCommand.self, NodeDrainCommand.self, NodeUncordonCommand.self,
        ])
}

/// Nodes named on the command line.
struct NodeNames: ParsableArguments {
    @Argument(help: "Nodes, as mlctl get nodes names them.")
    var names: [String]
}

/// `mlctl node cordon`.
struct NodeCordonCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordon", abstract: "Let nodes take no new work; what runs stays.")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(nodes.names, session) { client, name in
            try await client.assign(name, .cordon).name
        }
    }
}

/// `mlctl node uncordon`.
struct NodeUncordonCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "uncordon", abstract: "Let cordoned or drained nodes take work again.")

    @OptionGroup var nodes: NodeNames
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try await JobActions.each(nodes.names, session) { client, name in
            try await client.assign(name, .uncordon).name
        }
    }
}
