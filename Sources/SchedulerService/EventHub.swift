import Synchronization

/// Hands committed changes to everybody who listens; a slow listener loses the oldest, never
/// holds anybody up.
final class EventHub: Sendable {
    /// Items kept for a listener that does not take them.
    static let mostBuffered = 4_096
    /// Listeners at once.
    static let mostListeners = 1_024

    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<StreamItem>.Continuation] = [:]
    }

    private let listeners = Mutex(Listeners())

    /// A stream of everything committed from now on; ends at once when too many listen.
    func subscribe() -> AsyncStream<StreamItem> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: StreamItem.self, bufferingPolicy: .bufferingNewest(EventHub.mostBuffered))
        let id: Int? = listeners.withLock { listeners in
            guard listeners.continuations.count < EventHub.mostListeners else { return nil }
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: id) }
        }
        return stream
    }

    /// Hands items, in order, to every listener.
    func publish(_ items: [StreamItem]) {
        guard !items.isEmpty else { return }
        let continuations = listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations {
            for item in items { continuation.yield(item) }
        }
    }

    /// Ends every stream.
    func close() {
        let continuations = listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations { continuation.finish() }
    }
}
