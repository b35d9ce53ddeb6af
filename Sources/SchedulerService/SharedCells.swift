import Ledger
import Synchronization

/// A value that the control thread, the loop and requests share.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { value in body(&value) }
    }
}

/// The failure that ended the loop, and whoever waits for it.
final class FailureCell: Sendable {
    private let error = Mutex<LedgerError?>(nil)
    private let (failures, continuation) = AsyncStream.makeStream(
        of: LedgerError.self, bufferingPolicy: .bufferingOldest(1))

    var value: LedgerError? { error.withLock { $0 } }

    func set(_ failure: LedgerError) {
        error.withLock { $0 = failure }
        continuation.yield(failure)
    }

    /// Returns when the task is cancelled; throws a failure once there is one.
    func wait() async throws {
        for await failure in failures { throw failure }
    }
}
