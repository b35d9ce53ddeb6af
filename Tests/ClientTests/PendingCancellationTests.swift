import Client
import Testing

/// Ctrl-C around the moment at which a job is accepted: it never goes on unnoticed.
struct PendingCancellationTests {
    @Test func oneAskedForBeforehandIsCarriedOutOnce() async {
        let pending = PendingCancellation()
        await confirmation(expectedCount: 1) { cancelled in
            pending.ask()
            pending.allow { cancelled() }
        }
    }

    @Test func oneAskedForAfterwardsIsCarriedOutAtOnce() async {
        let pending = PendingCancellation()
        await confirmation(expectedCount: 1) { cancelled in
            pending.allow { cancelled() }
            pending.ask()
        }
    }

    @Test func withoutAskingNothingIsCancelled() async {
        let pending = PendingCancellation()
        await confirmation(expectedCount: 0) { cancelled in
            pending.allow { cancelled() }
        }
    }
}
