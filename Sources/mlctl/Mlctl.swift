import ArgumentParser
import ClusterVocabulary

/// `mlctl`: distributed training and job orchestration.
@main
struct Mlctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mlctl",
        abstract: "Train models on the machines you have: submit, watch, explain.",
        discussion: """
            Exit codes: 0 done, 1 the work failed, 2 wrong usage or spec (nothing submitted), \
            3 not found, 4 refused, 5 the scheduler cannot be reached, 130 interrupted.
            """,
        version: "mlctl \(ProductVersion.text)",
        groupedSubcommands: [
            CommandGroup(
                name: "Jobs",
                subcommands: [
                    SubmitCommand.self, RunCommand.self, OutputsCommand.self, GetCommand.self,
                    DescribeCommand.self,
                    ExplainCommand.self, LogsCommand.self, EventsCommand.self, WatchCommand.self,
                    WaitCommand.self, CancelCommand.self, DeleteCommand.self,
                    SuspendCommand.self, ResumeCommand.self, RerunCommand.self,
                    AuditCommand.self, ReportCommand.self,
                ]),
            CommandGroup(
                name: "Hyperparameters", subcommands: [SweepCommand.self, ExperimentCommand.self]),
            CommandGroup(name: "Models", subcommands: [ModelCommand.self]),
            CommandGroup(name: "Nodes", subcommands: [NodeCommand.self]),
            CommandGroup(name: "Daemons", subcommands: DaemonCommands.all),
            CommandGroup(
                name: "Cluster",
                subcommands: [ClusterCommand.self, UserCommand.self, DoctorCommand.self]),
            CommandGroup(
                name: "Tools",
                subcommands: [
                    ValidateCommand.self, LedgerCommand.self, SimulateCommand.self, GCCommand.self,
                    ConfigCommand.self,
                    CompletionsCommand.self, VersionCommand.self,
                ]),
        ])

    static func main() async {
        await CommandRunner.main(Array(CommandLine.arguments.dropFirst()))
    }
}
