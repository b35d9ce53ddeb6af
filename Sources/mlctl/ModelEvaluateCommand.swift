import ArgumentParser
import Client
import ControlAPI

/// `mlctl model evaluate`.
struct ModelEvaluateCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model on the labelled rows of a CSV file, on this machine.")

    @Argument(help: "A model, the run that made it, or an exported folder (./digits-1).")
    var name: String

    @Argument(help: "The rows.", completion: .file(extensions: ["csv", "tsv"]))
    var file: String

    @Option(help: "The column with the class (default: the only one that is no feature).")
    var label: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the output.")
    var form = TextOrJSON.text

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let model = try await ModelSource(namespace: scope.namespace) { try session.client() }
            .load(name)
        let table = try FeatureTable.load(
            file, features: model.featureNames, label: label, needsLabels: true)
        let result = try model.evaluate(table)
        if form == .json {
            var json = JSONText()
            json.beginObject()
            json.field("rows", result.rows)
            json.field("accuracy", result.accuracy)
            json.field("loss", result.loss)
            json.endObject()
            try session.console.line(json.text)
        } else {
            try session.console.line("rows      \(result.rows)")
            try session.console.line("accuracy  \(NumberText.measure(result.accuracy))")
            try session.console.line("loss      \(NumberText.measure(result.loss))")
        }
    }
}
