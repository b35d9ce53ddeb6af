import SchedulerCore
import Synchronization

/// Requests waiting for their commit.
final class PendingReplies: Sendable {
    private struct Contents {
        var next: UInt64 = 1
        var waiting: [RequestToken: CheckedContinuation<SchedulerEffects.Answer, Never>] = [:]
    }

    private let contents = Mutex(Contents())

    /// Keeps a request until ``answer(_:with:)``.
    func add(
        _ continuation: CheckedContinuation<SchedulerEffects.Answer, Never>
    ) -> RequestToken {
        contents.withLock { contents in
            let token = RequestToken(contents.next)
            contents.next += 1
            contents.waiting[token] = continuation
            return token
        }
    }

    /// Answers a request; unknown ones are ignored.
    func answer(_ token: RequestToken, with answer: SchedulerEffects.Answer) {
        contents.withLock { $0.waiting.removeValue(forKey: token) }?.resume(returning: answer)
    }

    /// Answers everything that still waits.
    func answerAll(with answer: SchedulerEffects.Answer) {
        let all = contents.withLock { contents in
            defer { contents.waiting = [:] }
            return Array(contents.waiting.values)
        }
        for continuation in all { continuation.resume(returning: answer) }
    }
}
