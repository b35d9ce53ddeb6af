import Synchronization

/// A list that threads share.
final class LockedList: Sendable {
    private let items = Mutex<[String]>([])

    /// Adds an item.
    func append(_ item: String) { items.withLock { $0.append(item) } }

    /// All items.
    var all: [String] { items.withLock { $0 } }
}
