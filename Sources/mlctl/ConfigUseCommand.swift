import ArgumentParser
import Client
import Foundation

/// `mlctl config use`.
struct ConfigUseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Make a context the current one.")

    @Argument(help: "The context.")
    var name: String

    func run() throws {
        let path = ContextFile.path(in: ProcessInfo.processInfo.environment)
        var file = try ContextFile.load(path)
        guard file[name] != nil else {
            let known = file.contexts.map(\.name).joined(separator: ", ")
            throw ClientFailure(
                .notFound,
                "\(path) has no context \(name); "
                    + (known.isEmpty ? "make one with mlctl config set" : "there are \(known)"))
        }
        file.current = name
        try file.save(path)
    }
}
