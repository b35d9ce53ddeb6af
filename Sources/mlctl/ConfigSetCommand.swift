import ArgumentParser
import Client
import Foundation

/// `mlctl config set`.
struct ConfigSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Add a context or change one.")

    @Argument(help: "The context.")
    var name: String

    @Option(help: "Where its scheduler serves, such as https://lab:7070.")
    var server: String?

    @Option(help: "The file with the bearer token.", completion: .file())
    var tokenFile: String?

    @Option(
        help: "The file with its certificate (mlctl cluster certificate prints it there).",
        completion: .file())
    var certificateFile: String?

    func validate() throws {
        if name.isEmpty { throw ValidationError("a context needs a name") }
        if let server, ServerAddress(server) == nil {
            throw ValidationError("\(server) is no http://host:port")
        }
    }

    func run() throws {
        let path = ContextFile.path(in: ProcessInfo.processInfo.environment)
        var file = try ContextFile.load(path)
        if let index = file.contexts.firstIndex(where: { $0.name == name }) {
            if let server { file.contexts[index].server = server }
            if let tokenFile { file.contexts[index].tokenFile = tokenFile }
            if let certificateFile { file.contexts[index].certificateFile = certificateFile }
        } else {
            guard let server else {
                throw ClientFailure(.wrongUsage, "a new context needs --server")
            }
            file.contexts.append(
                ContextFile.Context(
                    name: name, server: server, tokenFile: tokenFile,
                    certificateFile: certificateFile))
        }
        if file.current == nil { file.current = name }
        try file.save(path)
    }
}
