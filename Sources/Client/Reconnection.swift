/// Reads a stream again and again until it is done: a scheduler that restarts is waited for.
package struct Reconnection: Sendable {
    /// The first pause; each further one doubles.
    package var firstPause = Duration.milliseconds(200)
    /// The longest pause.
    package var longestPause = Duration.seconds(3)
    /// How long a scheduler may stay away.
    package var patience = Duration.seconds(600)

    /// The usual pauses.
    package init() {}

    /// Runs `read` until it says true; breaks of the connection are told to `lost`, once each.
    ///
    /// The very first connection must succeed: a wrong address is not waited for.
    package func run(
        lost: (ClientFailure) -> Void, _ read: (_ opened: () -> Void) async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        var hasConnected = false
        var silentSince: ContinuousClock.Instant?
        var isToldLost = false
        var pause = firstPause
        while true {
            var failure: ClientFailure?
            do {
                let isDone = try await read {
                    hasConnected = true
                    silentSince = nil
                    isToldLost = false
                    pause = firstPause
                }
                if isDone { return }
            } catch let problem as ClientFailure where problem.status == .unreachable {
                guard hasConnected else { throw problem }
                failure = problem
            }
            let since = silentSince ?? clock.now
            if let failure, !isToldLost {
                lost(failure)
                isToldLost = true
            }
            silentSince = since
            if let failure, clock.now - since > patience { throw failure }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, longestPause)
        }
    }
}
