import ArgumentParser
import Client
import ControlAPI

/// `mlctl model export`.
struct ModelExportCommand: ClientCommand {
    /// What is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case folder
        case onnx
        case safetensors
        case npz
    }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model as a folder, or as an ONNX, safetensors or NumPy file.",
        discussion:
            "Prints what was written. An ONNX file takes raw rows: the preprocessing is part of it."
    )

    @Argument(help: "A model such as digits or digits@3, the run that made it, or a folder.")
    var name: String

    @Option(help: "What to write.")
    var format = Format.folder

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The folder or file (default: name-version and the ending).",
        completion: .file())
    var path: String?

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let source = ModelSource(namespace: scope.namespace) { try session.client() }
        if format == .folder {
            let (path, _) = try await source.export(name, to: path)
            try session.console.line(path)
            return
        }
        let form: ModelFile.Form =
            switch format {
            case .onnx: .onnx
            case .npz: .npz
            case .safetensors, .folder: .safetensors
            }
        try session.console.line(try await source.export(name, as: form, to: path))
    }
}
