import ArgumentParser

/// `mlctl config`: the contexts.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show and change the contexts: which schedulers there are, and which is meant.",
        subcommands: [ConfigViewCommand.self, ConfigUseCommand.self, ConfigSetCommand.self])
}
