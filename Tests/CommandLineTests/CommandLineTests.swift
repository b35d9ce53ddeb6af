import ArgumentParser
import Client
import Foundation
import Testing

@testable import mlctl

struct CommandLineTests {
    private static let commands: [(name: String, type: any ParsableCommand.Type)] =
        (Mlctl.configuration.groupedSubcommands.filter { $0.name != "Daemons" }
        .flatMap(\.subcommands) + ModelCommand.configuration.subcommands
        + NodeCommand.configuration.subcommands
        + LedgerCommand.configuration.subcommands + ConfigCommand.configuration.subcommands)
        .map { ($0.configuration.commandName ?? "", $0) }

    @Test func helpTextsAreAsRecorded() throws {
        var text = ""
        for (name, type) in CommandLineTests.commands {
            text += "=== \(name)\n" + Mlctl.helpMessage(for: type, columns: 100) + "\n"
        }
        try Golden.compare(text, with: "help.txt")
    }

    @Test func everyCommandSaysWhatItDoes() {
        #expect(CommandLineTests.commands.count >= 24)
        for (name, type) in CommandLineTests.commands {
            #expect(!name.isEmpty)
            #expect(type.configuration.abstract.hasSuffix("."), "\(name)")
        }
    }

    @Test(arguments: [
        ["nonsense"], ["get"], ["get", "things"], ["submit"], ["submit", "-", "-"],
        ["submit", "a", "--follow", "--dry-run"], ["get", "nodes", "-l", "a"],
        ["get", "jobs", "a", "--state", "Running"], ["wait"], ["wait", "a", "--timeout", "x"],
        ["wait", "a", "--for", "ever"], ["get", "jobs", "-o", "xml"], ["--nope"],
        ["events", "--after", "-1"], ["completions", "tcsh"], ["submit", "a", "--key", ""],
    ])
    func wrongUsageExitsWith2AndSaysSoOnStandardError(arguments: [String]) async {
        let ending = await CommandRunner.run(arguments)
        #expect(ending.status == 2)
        #expect(ending.output.isEmpty)
        #expect(!ending.error.isEmpty)
    }

    @Test(arguments: [["--help"], ["help"], [], ["get", "-h"], ["help", "submit"], ["model"]])
    func helpIsNoFailure(arguments: [String]) async {
        let ending = await CommandRunner.run(arguments)
        #expect(ending.status == 0)
        #expect(ending.output.contains("USAGE: "))
        #expect(ending.error.isEmpty)
    }

    @Test func everyErrorHasItsExitCode() {
        #expect(CommandRunner.ending(ExitCode(7)).status == 7)
        #expect(CommandRunner.ending(CancellationError()).status == 130)
        #expect(CommandRunner.ending(ValidationError("x")).status == 2)
        for status in Client.ExitStatus.allCases {
            let ending = CommandRunner.ending(ClientFailure(status, "why"))
            #expect(ending.status == status.rawValue)
            #expect(ending.error.hasSuffix("error: why") || ending.error.hasSuffix(" why"))
        }
        #expect(CommandRunner.ending(ClientFailure(.outputClosed, "")).error.isEmpty)
        struct Other: Error {}
        #expect(CommandRunner.ending(Other()).status == 1)
    }

    @Test func theExitCodesAreTheDocumentedOnes() {
        #expect(Client.ExitStatus.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 124, 130, 141])
        let discussion = Mlctl.configuration.discussion
        for code in ["0 done", "1 the work", "2 wrong", "3 not", "4 refused", "5 the sch", "130"] {
            #expect(discussion.contains(code))
        }
    }

    @Test func badFilesAreRefusedBeforeTheSchedulerIsAsked() async throws {
        let path = "\(NSTemporaryDirectory())/mlctl-\(UUID().uuidString).yaml"
        try Data("apiVersion: mlctl.dev/v1\nkind: TrainJob\nspec: {epocs: 1}\n".utf8)
            .write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        for command in ["submit", "validate"] {
            let ending = await CommandRunner.run([command, path])
            #expect(ending.status == 2)
            #expect(ending.error.contains("\(path):3:8"))
            #expect(ending.error.contains("^"))
        }
        #expect(await CommandRunner.run(["validate", "/nonexistent"]).status == 2)
        #expect(await CommandRunner.run(["ledger", "check", "/nonexistent"]).status == 3)
    }

    @Test(arguments: [CompletionShell.bash, .zsh, .fish])
    func completionsKnowEveryCommand(shell: CompletionShell) {
        let script = Mlctl.completionScript(for: shell)
        for (name, _) in CommandLineTests.commands { #expect(script.contains(name)) }
        #expect(script.contains("--follow") || script.contains("follow"))
    }
}
