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
        abstract: "Predict the class or number of every row of a file, on this machine.",
        discussion: """
            Rows are raw, as in the training file: the model brings its own preprocessing. A \
            header names the columns in any order; without one they stand as in the training \
            file. CSV, TSV, libsvm, NPY, NPZ and IDX are read, each also gzipped.
            """)

    @Argument(help: "A model, the run that made it, or an exported folder (./digits-1).")
    var name: String

    @Argument(help: "The rows.", completion: .file())
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
        let input = try ModelInput(path: file, for: model, wantsTarget: false)
        let predictions = try model.predict(input)
        let text = PredictionText(classNames: model.classNames, showsAll: probabilities)
        try session.console.write(
            Array((form == .csv ? text.csv(predictions) : text.json(predictions)).utf8))
    }
}
