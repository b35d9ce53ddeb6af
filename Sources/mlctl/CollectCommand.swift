import ArgumentParser
import Collectors

/// `mlctl collect`: the process around a command whose values are collected; a worker starts it.
struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: CollectorArguments.command,
        abstract: "Run a command and collect what it measures; the worker starts it.",
        shouldDisplay: false)

    @Option(help: "Where values come from.")
    var source: String

    @Option(help: "The file, the folder, or the path of the page.")
    var path = ""

    @Option(help: "The port of the page.")
    var port = 0

    @Option(help: "A value to take from the page; repeatable.")
    var name: [String] = []

    @Option(help: "A regular expression with two groups; repeatable.")
    var filter: [String] = []

    @Argument(parsing: .postTerminator, help: "The command, behind --.")
    var words: [String] = []

    func run() throws {
        guard !words.isEmpty,
            let collector = CollectorArguments.collector(
                source: source, path: path, port: port, names: name, filters: filter)
        else { throw ValidationError("a worker starts this with a source and a command") }
        throw ExitCode(CollectorProcess(collector, words: words).run())
    }
}
