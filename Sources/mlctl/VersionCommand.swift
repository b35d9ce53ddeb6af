import ArgumentParser
import Client
import ClusterVocabulary
import ControlAPI

/// `mlctl version`.
struct VersionCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the version of this program.")

    @Flag(help: "Ask the scheduler for its version too.")
    var server = false

    @OptionGroup var connection: ConnectionOptions

    func run(_ session: ClientSession) async throws {
        try session.console.line("mlctl \(ProductVersion.text)")
        guard server else { return }
        let answer = try await session.client().version()
        let since = answer.startedAt.map { ", running since \($0)" } ?? ""
        try session.console.line("scheduler \(answer.version) (API \(answer.api)\(since))")
    }
}
