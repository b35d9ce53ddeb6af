import ArgumentParser
import Client
import ControlAPI

/// `mlctl model evaluate`.
struct ModelEvaluateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on the labelled rows of a file, on this machine.")

    @Argument(help: "A model, the run that made it, or an exported folder (./digits-1).")
    var name: String

    @Argument(help: "The rows.", completion: .file())
    var file: String

    @Option(help: "The column to compare with (default: that of the training data).")
    var label: String?

    @Option(help: "A file with the labels, for IDX and NPY.", completion: .file())
    var labels: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let model = try await ModelSource(namespace: scope.namespace) { try session.client() }
            .load(name)
        let input = try ModelInput(
            path: file, labels: labels, for: model, target: label, wantsTarget: true)
        let result = try model.evaluate(input)
        let text = EvaluationText(classNames: model.classNames)
        if form == .json {
            try session.console.line(text.json(result))
        } else {
            for line in text.lines(result) { try session.console.line(line) }
        }
    }
}
