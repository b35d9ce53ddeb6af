extension SubmissionReader {
    /// Reads on threads that may wait. What needs whole files of the host is read again with the
    /// leave to.
    ///
    /// - Parameter largest: the largest file of the host that is read, in bytes.
    func run<Value: Sendable>(
        _ digesting: HostFileDigesting, largest: Int,
        _ read: @escaping @Sendable (SubmissionReader) throws -> Value
    ) async throws -> Value {
        do {
            return try await BlockingWork.run { try read(self) }
        } catch is HostFileCheck.NeedsDigesting {
            return try await digesting.run(for: sender.user, largest: largest) { leave in
                var reader = self
                reader.digesting = leave
                return try read(reader)
            }
        }
    }
}
