import ArgumentParser
import Client
import Foundation
import Ledger

/// `mlctl ledger check`.
struct LedgerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare the history of a ledger with its tables; works while it is in use.",
        discussion: "Exit codes: 0 sound, 1 something is wrong, 3 there is no ledger.")

    @Argument(help: "The ledger (default: that of this user's state folder).", completion: .file())
    var path: String?

    func run() throws {
        let console = Console.standard(environment: ProcessInfo.processInfo.environment)
        let report = try LedgerStore.check(
            path: path ?? StateFolder.ledgerPath(in: StateFolder.path))
        let verdict = report.isSound ? "ok" : "\(report.problems.count) problems"
        try console.line("\(report.path): \(verdict)")
        try console.line(
            "schema \(report.schemaVersion), journal \(report.journalMode), "
                + "synchronous \(report.synchronous)")
        try console.line(
            "\(report.records) records, \(report.events) events, \(report.jobs) jobs "
                + "(\(report.deletedJobs) deleted)")
        guard report.isSound else {
            throw ClientFailure(
                .workFailed,
                report.problems.joined(separator: "\n")
                    + "\nkeep the file; restore a backup, or report what happened")
        }
    }
}
