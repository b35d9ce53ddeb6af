package import AccessControl
package import ClusterVocabulary
import Synchronization

/// Users, tokens and node keys as committed, for readers of any thread.
package final class AccessView: Sendable {
    private let contents: Mutex<AccessRegistry>

    /// Starts from what a ledger holds.
    package init(_ registry: AccessRegistry = AccessRegistry()) {
        contents = Mutex(registry)
    }

    /// A copy of everything.
    package var registry: AccessRegistry { contents.withLock { $0 } }

    /// Reads without copying.
    package func read<Value: Sendable>(_ body: (AccessRegistry) -> Value) -> Value {
        contents.withLock { body($0) }
    }

    /// The node a public key speaks for; `nil` for one that is not admitted (any more).
    package func node(ofKey publicKey: String) -> NodeID? {
        contents.withLock { $0.node(ofKey: publicKey) }
    }

    /// The user that a token's digest stands for now.
    package func user(ofTokenDigest digest: String) -> UserRecord? {
        let now = WallClock.milliseconds
        return contents.withLock { $0.user(ofTokenDigest: digest, at: now) }
    }

    /// Takes over committed changes.
    package func apply(_ changes: [AccessChanges]) {
        guard changes.contains(where: { !$0.isEmpty }) else { return }
        contents.withLock { registry in
            for change in changes { registry.apply(change) }
        }
    }
}
