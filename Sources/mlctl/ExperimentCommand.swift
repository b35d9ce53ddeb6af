import ArgumentParser
import Client
import ControlAPI

/// `mlctl experiment`: what came out of a search, and its steering.
struct ExperimentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Look at what a search found, go on with it, or drive it yourself.",
        subcommands: [
            ExperimentBestCommand.self, ExperimentTrialsCommand.self,
            ExperimentExportCommand.self, ExperimentParetoCommand.self,
            ExperimentImportanceCommand.self, ExperimentPlotCommand.self,
            ExperimentResumeCommand.self,
            ExperimentAskCommand.self, ExperimentTellCommand.self,
        ])
}
