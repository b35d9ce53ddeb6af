import ArgumentParser
import TrainerProcess

/// `mlctl trainer`: the child that a worker starts; people do not type it.
struct TrainerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Train for the worker that started this process (not for people).",
        shouldDisplay: false)

    func run() throws {
        try TrainerLoop(commands: 0, reports: 1).run()
    }
}
