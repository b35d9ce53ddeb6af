import NIOPosix

/// Runs what waits for a disk or computes long on threads of its own, so that the few threads
/// that serve requests stay free.
enum BlockingWork {
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(work)
    }
}
