package import AccessControl
package import ClusterVocabulary
package import Ledger
import SchedulerCore

/// Users, tokens, node keys, and the record of who did what.
extension SchedulerDaemon {
    /// Changes users, tokens or keys; says why not, or nothing once it is durable.
    package func change(_ event: AccessEvent) async -> Reason? {
        await withCheckedContinuation { continuation in
            let isTaken = inbox.put(
                .access(
                    event, by: RequestActor.current,
                    answer: { continuation.resume(returning: $0) }))
            if !isTaken {
                continuation.resume(
                    returning: Reason(
                        .limitReached, "the scheduler is overloaded; try again shortly"))
            }
        }
    }

    /// Takes a node's key back and moves its work; says why not, or nothing once it is durable.
    package func remove(_ node: NodeID) async -> Reason? {
        let refusal = await change(.removeNode(node))
        let isKnown = view.nodes().contains { $0.record.description.node == node }
        // A node without a key was known before keys were bound to names.
        if let refusal, refusal.code != .notFound || !isKnown { return refusal }
        guard inbox.put(.event(.removeNode(node))) else {
            return Reason(.limitReached, "the scheduler is overloaded; try again shortly")
        }
        return nil
    }

    /// Keeps a line of who did what, durably a moment later.
    package func record(_ record: AuditRecord) {
        _ = inbox.put(.audit(record))
    }

    /// Who did what after a line, oldest first; of one user, or of all.
    package func audits(
        user: String?, after sequence: Int64, limit: Int
    ) throws -> [AuditEntry] {
        try ledger.audits(user: user, after: sequence, limit: limit)
    }
}
