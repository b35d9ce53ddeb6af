import ArgumentParser
import Client
import ControlAPI

/// `mlctl model export`.
struct ModelExportCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model's weights (safetensors) and description (JSON) into a new folder.",
        discussion: "Prints the folder. sha256sum -c SHA256SUMS in it checks the files.")

    @Argument(help: "A model such as digits or digits@3, or the run that made it.")
    var name: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The folder (default: name-version).", completion: .directory)
    var folder: String?

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let source = ModelSource(namespace: scope.namespace) { try session.client() }
        let (path, _) = try await source.export(name, to: folder)
        try session.console.line(path)
    }
}
