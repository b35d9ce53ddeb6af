import ClusterVocabulary

/// Users and tokens.
extension AccessRegistry {
    func put(_ user: UserRecord) -> AccessEffects {
        guard NodeID(checking: user.name) != nil else {
            return AccessEffects(
                refusing: .invalid,
                "\(user.name.prefix(80)) is no user name: at most \(NodeID.longest) letters, "
                    + "digits, '-', '_' or '.'")
        }
        guard user.role != .node else {
            return AccessEffects(
                refusing: .invalid, "nodes are enrolled with mlctl worker --join, not added")
        }
        guard NodeID(checking: user.namespace) != nil else {
            return AccessEffects(
                refusing: .invalid, "\(user.namespace.prefix(80)) is no name of a namespace")
        }
        guard userByName[user.name] != nil || userByName.count < limits.users else {
            return AccessEffects(refusing: .limitReached, "there are \(limits.users) users")
        }
        if let number = user.hostUser,
            let other = userByName.values.first(where: {
                $0.hostUser == number && $0.name != user.name
            })
        {
            return AccessEffects(
                refusing: .conflict, "uid \(number) is mapped to \(other.name) already")
        }
        var changes = AccessChanges()
        var changed = user
        changed.createdAt = userByName[user.name]?.createdAt ?? user.createdAt
        changes.users = [changed]
        return AccessEffects(changes)
    }

    func removeUser(_ name: String) -> AccessEffects {
        guard userByName[name] != nil else {
            return AccessEffects(refusing: .notFound, "there is no user \(name.prefix(80))")
        }
        var changes = AccessChanges()
        changes.removedUsers = [name]
        return AccessEffects(changes)
    }

    func issue(_ token: AccessToken, _ wallMilliseconds: Int64) -> AccessEffects {
        if !token.isForJoining {
            guard userByName[token.user] != nil else {
                return AccessEffects(
                    refusing: .notFound,
                    "there is no user \(token.user.prefix(80)); add it with mlctl user add")
            }
            let own = tokenByID.values.count { $0.user == token.user }
            guard own < limits.tokensPerUser else {
                return AccessEffects(
                    refusing: .limitReached,
                    "\(token.user) has \(own) tokens; take one back with mlctl user token --revoke")
            }
        }
        if !token.node.isEmpty, NodeID(checking: token.node) == nil {
            return AccessEffects(
                refusing: .invalid, "\(token.node.prefix(80)) is no name of a node")
        }
        var changes = AccessChanges()
        // What has run out makes room.
        changes.removedTokens = tokenByID.values
            .filter { hasExpired($0, wallMilliseconds) && $0.id != token.id }.map(\.id).sorted()
        guard tokenByID.count - changes.removedTokens.count < limits.tokens else {
            return AccessEffects(refusing: .limitReached, "there are \(limits.tokens) tokens")
        }
        changes.tokens = [token]
        return AccessEffects(changes)
    }

    func revoke(_ id: String) -> AccessEffects {
        guard tokenByID[id] != nil else {
            return AccessEffects(refusing: .notFound, "there is no token \(id.prefix(80))")
        }
        var changes = AccessChanges()
        changes.removedTokens = [id]
        return AccessEffects(changes)
    }

    func take(_ claim: ArtifactClaim) -> AccessEffects {
        guard !claims.contains(claim) else { return AccessEffects(AccessChanges()) }
        guard claims.count < limits.claims else {
            return AccessEffects(
                refusing: .limitReached, "\(limits.claims) uploads are remembered already")
        }
        var changes = AccessChanges()
        changes.claims = [claim]
        return AccessEffects(changes)
    }
}
