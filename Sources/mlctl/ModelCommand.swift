import ArgumentParser

/// `mlctl model`: what to do with trained models.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Export trained models, predict with them, evaluate them.",
        subcommands: [
            ModelExportCommand.self, ModelPredictCommand.self, ModelEvaluateCommand.self,
        ])
}
