import ArgumentParser
import Client
import ControlAPI

/// `mlctl model predict`.
struct ModelPredictCommand: ClientCommand {
    /// How predictions are printed.
    enum Form: String, ExpressibleByArgument, CaseIterable {
        case csv
        case json
    }

    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Predict the class of every row of a CSV file, on this machine.",
        discussion: """
            The header names the model's features in any order; other columns are ignored. \
            Without a header the columns are the features in the model's order.
            """)

    @Argument(help: "A model, the run that made it, or an exported folder (./digits-1).")
    var name: String

    @Argument(help: "The rows.", completion: .file(extensions: ["csv", "tsv"]))
    var file: String

    @Flag(help: "A column with the probability of every class.")
    var probabilities = false

    @Option(name: [.customShort("o"), .customLong("output")], help: "json is one row a line.")
    var form = Form.csv

    @OptionGroup var scope: NamespaceOption
    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        let model = try await ModelSource(namespace: scope.namespace) { try session.client() }
            .load(name)
        let table = try FeatureTable.load(
            file, features: model.featureNames, label: nil, needsLabels: false)
        let predictions = try model.predict(table)
        let text = PredictionText(classNames: model.classNames, showsAll: probabilities)
        try session.console.write(
            Array((form == .csv ? text.csv(predictions) : text.json(predictions)).utf8))
    }
}
