import ArgumentParser
import Client
import Foundation

/// `mlctl completions`.
struct CompletionsCommand: ParsableCommand {
    /// Shells that can complete.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the completion script of a shell.",
        discussion:
            "For bash: mlctl completions bash > ~/.local/share/bash-completion/completions/mlctl")

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        try console.line(Mlctl.completionScript(for: shell.kind))
    }
}
