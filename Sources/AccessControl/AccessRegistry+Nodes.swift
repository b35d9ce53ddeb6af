import ClusterVocabulary

/// Enrolment of workers and the life of their keys.
extension AccessRegistry {
    /// One sentence for every token that does not count, so that guessing learns nothing.
    private static let noToken =
        "the join token is not valid (any more); make a new one with mlctl cluster token"

    func join(
        _ node: NodeID, _ publicKey: String, _ tokenID: String, _ secretDigest: String,
        _ wallMilliseconds: Int64
    ) -> AccessEffects {
        guard let token = tokenByID[tokenID], token.isForJoining,
            Self.isSame(token.digest, secretDigest), !hasExpired(token, wallMilliseconds)
        else { return AccessEffects(refusing: .invalid, Self.noToken) }
        guard token.node.isEmpty || token.node == node.name else {
            return AccessEffects(
                refusing: .invalid, "the join token is for the node \(token.node) alone")
        }
        if let other = nodeOfKey[publicKey] {
            // Asked again because the answer was lost: the token was counted the first time.
            guard other == node.name else {
                return AccessEffects(
                    refusing: .conflict, "the key is that of the node \(other); use another one")
            }
            return AccessEffects(AccessChanges())
        }
        let mayReplace = token.id == AccessToken.localID || token.node == node.name
        if keyByNode[node.name] != nil, !mayReplace {
            return AccessEffects(
                refusing: .conflict,
                "a node named \(node) is enrolled with another key; choose another --name, or "
                    + "remove it first with mlctl delete node \(node)")
        }
        guard keyByNode[node.name] != nil || keyByNode.count < limits.nodes else {
            return AccessEffects(
                refusing: .limitReached, "\(limits.nodes) nodes are enrolled; delete some first")
        }
        var changes = AccessChanges()
        changes.nodeKeys = [
            NodeKey(
                node: node.name, publicKey: publicKey, token: token.id,
                enrolledAt: wallMilliseconds)
        ]
        if let left = token.usesLeft {
            var used = token
            used.usesLeft = left - 1
            changes.tokens = [used]
        }
        return AccessEffects(changes)
    }

    func rotate(_ node: NodeID, _ publicKey: String, _ next: String) -> AccessEffects {
        guard nodeOfKey[publicKey] == node.name, var key = keyByNode[node.name],
            key.publicKey == publicKey
        else {
            return AccessEffects(
                refusing: .invalid, "the connection's key is not that of the node \(node)")
        }
        if let other = nodeOfKey[next] {
            guard other == node.name, key.nextPublicKey == next else {
                return AccessEffects(refusing: .conflict, "the new key is in use already")
            }
            return AccessEffects(AccessChanges())
        }
        key.nextPublicKey = next
        var changes = AccessChanges()
        changes.nodeKeys = [key]
        return AccessEffects(changes)
    }

    func keyUsed(_ publicKey: String, _ wallMilliseconds: Int64) -> AccessEffects {
        guard let node = nodeOfKey[publicKey], var key = keyByNode[node],
            key.nextPublicKey == publicKey
        else { return AccessEffects(AccessChanges()) }
        key.publicKey = publicKey
        key.nextPublicKey = ""
        key.rotatedAt = wallMilliseconds
        var changes = AccessChanges()
        changes.nodeKeys = [key]
        return AccessEffects(changes)
    }

    func removeNode(_ node: NodeID) -> AccessEffects {
        guard keyByNode[node.name] != nil else {
            return AccessEffects(refusing: .notFound, "no node named \(node) is enrolled")
        }
        var changes = AccessChanges()
        changes.removedNodes = [node.name]
        return AccessEffects(changes)
    }

    /// Compares digests in a time that does not tell where they differ.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left.utf8, right.utf8) { difference |= one ^ other }
        return difference == 0
    }
}

extension AccessRegistry {
    /// Whether somebody unknown may try to join: a join token for other hosts is out.
    package func admitsStrangers(at wallMilliseconds: Int64) -> Bool {
        tokenByID.values.contains {
            $0.isForJoining && $0.id != AccessToken.localID && !hasExpired($0, wallMilliseconds)
        }
    }
}
