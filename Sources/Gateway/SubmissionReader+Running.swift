import Hummingbird
import HummingbirdCore

extension SubmissionReader {
    /// Reads on threads that may wait. What needs whole files of the host is read again with the
    /// leave to, for as long as the client waits.
    ///
    /// - Parameter largest: the largest file of the host that is read, in bytes.
    func run<Value: Sendable>(
        _ digesting: HostFileDigesting, _ request: Request, largest: Int,
        _ read: @escaping @Sendable (SubmissionReader) throws -> Value
    ) async throws -> Value {
        do {
            return try await BlockingWork.run { try read(self) }
        } catch is HostFileCheck.NeedsDigesting {
            let user = sender.user
            // The order is read already; what comes now is the client's leaving.
            return try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await digesting.run(for: user, largest: largest) { leave in
                    var reader = self
                    reader.digesting = leave
                    return try read(reader)
                }
            }
        }
    }
}
