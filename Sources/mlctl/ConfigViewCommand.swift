import ArgumentParser
import Client
import Foundation

/// `mlctl config view`.
struct ConfigViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Print the configuration, and which scheduler is meant now.")

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let console = Console.standard(environment: environment)
        let path = ContextFile.path(in: environment)
        let file = try ContextFile.load(path)
        try console.line("# \(path)")
        try console.write(Array(file.text.utf8))
        let connection = try Connection.resolve(context: nil, environment: environment)
        try console.line("# meant now: \(connection.server) (\(connection.origin))")
    }
}
