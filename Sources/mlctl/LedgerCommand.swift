import ArgumentParser

/// `mlctl ledger`.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Look after the ledger.",
        subcommands: [LedgerCheckCommand.self])
}
