import ArgumentParser

/// The commands that run or are daemons; the others are the client.
enum DaemonCommands {
    /// In the order of the help.
    static let all: [any ParsableCommand.Type] = [
        UpCommand.self, DownCommand.self, SchedulerCommand.self, WorkerCommand.self,
        TrainerCommand.self, SupervisorCommand.self, CollectCommand.self, ExchangeCommand.self,
    ]
}
