import ClusterVocabulary
import Messaging

/// Which connection speaks for each node: one live worker a name.
///
/// A worker's routing id is `NAME/LIFE`, so two workers of one name are two peers. The first keeps
/// the name until its connection closes or it was silent for a while; the other is refused, for
/// otherwise the two would throw each other out in turn.
struct ControlPeers {
    /// What becomes of a message.
    enum Verdict: Equatable {
        /// It is the node's.
        case pass
        /// It is a registration under a name that is taken.
        case refuse(Reason)
        /// It comes from a peer that does not speak for the node (any more).
        case drop
    }

    private struct Speaker {
        var peer: PeerID
        var lastHeard: ContinuousClock.Instant
    }

    /// Silence after which another worker may take a name over.
    private let grace: Duration
    private var speakers: [NodeID: Speaker] = [:]

    /// Starts without any peer.
    init(grace: Duration) {
        self.grace = grace
    }

    /// The node a peer speaks for or wants to: what stands before the first `/`.
    static func node(of peer: PeerID) -> NodeID? {
        let name = peer.bytes.prefix { $0 != UInt8(ascii: "/") }
        return String(validating: name, as: UTF8.self).flatMap(NodeID.init(checking:))
    }

    /// The peer that speaks for a node.
    func peer(of node: NodeID) -> PeerID? { speakers[node]?.peer }

    /// Judges a message, and notes its peer as the node's when the name is free.
    ///
    /// `owner` is the node whose key the connection proved; `nil` when the key counts no more.
    mutating func judge(
        _ peer: PeerID, for node: NodeID, keyOf owner: NodeID?, isRegistration: Bool,
        at now: ContinuousClock.Instant
    ) -> Verdict {
        guard let owner else {
            return isRegistration
                ? .refuse(
                    Reason(
                        .invalid,
                        "the key of this worker counts no more: the node was deleted, or another "
                            + "took its place; join again with a fresh token"))
                : .drop
        }
        guard owner == node else {
            return isRegistration
                ? .refuse(
                    Reason(
                        .invalid, "the key is that of the node \(owner), it cannot be \(node)"))
                : .drop
        }
        if let speaker = speakers[node], speaker.peer != peer {
            guard isRegistration else { return .drop }
            guard now - speaker.lastHeard > grace else {
                return .refuse(
                    Reason(
                        .conflict,
                        "a worker named \(node) is connected already; stop it, or start this one "
                            + "with another --name"))
            }
        }
        speakers[node] = Speaker(peer: peer, lastHeard: now)
        return .pass
    }

    /// Forgets a peer whose connection closed; says the node it spoke for.
    mutating func close(_ peer: PeerID) -> NodeID? {
        guard let node = Self.node(of: peer), speakers[node]?.peer == peer else { return nil }
        speakers[node] = nil
        return node
    }
}
