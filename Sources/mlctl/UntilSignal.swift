import Dispatch
import Glibc

/// Runs a daemon until it ends by itself or is asked to stop by SIGTERM or SIGINT.
enum UntilSignal {
    /// Runs `body` in a task that is cancelled at the first signal; returns when it has ended.
    static func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        signal(SIGPIPE, SIG_IGN)
        let task = Task { try await body() }
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { task.cancel() }
            source.resume()
            sources.append(source)
        }
        defer { sources.forEach { $0.cancel() } }
        do {
            try await task.value
        } catch is CancellationError {
            return
        }
    }

    /// Waits for the cancellation that a signal brings.
    static func wait() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(3_600))
        }
    }
}
