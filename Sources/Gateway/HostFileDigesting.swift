import Artifacts
import HTTPTypes
import NIOPosix
import Synchronization

/// Reads whole files of the scheduler's host for requests: few at once, on threads of its own, and
/// one for a user; a cancelled request ends its reading.
final class HostFileDigesting: Sendable {
    /// Files read at once, of all users.
    static let mostAtOnce = 2
    /// The largest file that is read for a dry run, in bytes.
    static let largestOfDryRun = 64 << 20

    /// Started once, like the pool that requests share; its threads wait for work.
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: HostFileDigesting.mostAtOnce)
        pool.start()
        return pool
    }()

    private let users = Mutex<Set<String>>([])

    /// The leave to read files for one request.
    final class Leave: Sendable {
        private let isCancelled = Atomic(false)
        private let largest: Int

        init(largest: Int) { self.largest = largest }

        /// Ends the reading: nobody waits for it.
        func cancel() { isCancelled.store(true, ordering: .relaxed) }

        /// The digest of an open file.
        func digest(of file: HostFile) throws -> SHA256Digest {
            guard file.byteCount <= largest else {
                throw GatewayFailure.tooLarge("\(file.path), which is read here,", bound: largest)
            }
            var hasher = SHA256Hasher()
            let isWhole = try file.read { piece in
                hasher.update(piece)
                return !isCancelled.load(ordering: .relaxed)
            }
            guard !isCancelled.load(ordering: .relaxed) else { throw CancellationError() }
            guard isWhole else {
                throw GatewayFailure.conflict("\(file.path) was shortened while it was read")
            }
            return hasher.finish()
        }
    }

    /// Runs what reads files for a user; refuses when as many as may are running.
    ///
    /// - Parameter largest: the largest file that is read, in bytes.
    func run<Value: Sendable>(
        for user: String, largest: Int, _ work: @escaping @Sendable (Leave) throws -> Value
    ) async throws -> Value {
        let refusal = users.withLock { users -> String? in
            if users.contains(user) { return "a file of the host is being read for \(user)" }
            if users.count >= HostFileDigesting.mostAtOnce {
                return "\(users.count) files of the host are being read for others"
            }
            users.insert(user)
            return nil
        }
        if let refusal {
            throw GatewayFailure(
                .serviceUnavailable, "LimitReached", "\(refusal); try again", retryAfter: 1)
        }
        defer { users.withLock { _ = $0.remove(user) } }
        let leave = Leave(largest: largest)
        return try await withTaskCancellationHandler {
            try await HostFileDigesting.pool.runIfActive { try work(leave) }
        } onCancel: {
            leave.cancel()
        }
    }
}
