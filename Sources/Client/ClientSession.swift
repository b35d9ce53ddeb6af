import Foundation
import Synchronization

/// What one command of the client works with: its streams and, once it asks, the scheduler.
package final class ClientSession: Sendable {
    /// Where data and notes go.
    package let console: Console
    /// The environment variables.
    package let environment: [String: String]
    private let context: String?
    private let made = Mutex<SchedulerClient?>(nil)

    /// A session; nothing is read or connected yet.
    package init(context: String?, console: Console, environment: [String: String]) {
        self.context = context
        self.console = console
        self.environment = environment
    }

    /// A session of this process.
    package static func standard(context: String?) -> ClientSession {
        let environment = ProcessInfo.processInfo.environment
        return ClientSession(
            context: context, console: .standard(environment: environment),
            environment: environment)
    }

    /// The scheduler; made at the first question for it.
    package func client() throws -> SchedulerClient {
        try made.withLock { made in
            if let made { return made }
            let connection = try Connection.resolve(context: context, environment: environment)
            let proxy = try ProxyChoice.proxy(for: connection.server, environment: environment)
            let client = SchedulerClient(connection, proxy: proxy)
            made = client
            return client
        }
    }

    /// Runs a command and closes what it opened.
    package func run(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            await close()
            throw error
        }
        await close()
    }

    private func close() async {
        let client = made.withLock { made in
            defer { made = nil }
            return made
        }
        await client?.close()
    }

    /// Writes lines for people as data: styled on a terminal, plain otherwise, never cut.
    package func show(_ lines: [StyledLine]) throws {
        let color = console.usesColor(.output)
        var text = ""
        for line in lines { text += line.rendered(columns: Int.max, color: color) + "\n" }
        try console.write(Array(text.utf8))
    }
}
