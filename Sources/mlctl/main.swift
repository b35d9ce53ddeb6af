import ArgumentParser

struct Root: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlctl",
        subcommands: [
            SchedulerCommand.self, WorkerCommand.self, TrainerCommand.self, UpCommand.self,
            DownCommand.self,
        ])
}
await Root.main()
