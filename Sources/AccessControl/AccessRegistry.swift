package import ClusterVocabulary

/// Who may use a cluster: users, their tokens, join tokens, and the key of each node. A value.
///
/// Every node has one key and every key one node: what a worker may say is bound to the key its
/// connection proved, never to the name it gives. Tokens are known by digest alone. Dictionaries
/// are for lookup; lists are given sorted.
package struct AccessRegistry: Sendable, Equatable {
    let limits: AccessLimits
    var userByName: [String: UserRecord] = [:]
    var tokenByID: [String: AccessToken] = [:]
    /// Ids of user tokens by digest.
    var tokenOfDigest: [String: String] = [:]
    var keyByNode: [String: NodeKey] = [:]
    /// Nodes by present and announced public keys.
    var nodeOfKey: [String: String] = [:]
    var claims: Set<ArtifactClaim> = []

    /// Starts from what a ledger holds.
    package init(
        users: [UserRecord] = [], tokens: [AccessToken] = [], nodeKeys: [NodeKey] = [],
        claims: [ArtifactClaim] = [], limits: AccessLimits = AccessLimits()
    ) {
        self.limits = limits
        var changes = AccessChanges()
        changes.users = users
        changes.tokens = tokens
        changes.nodeKeys = nodeKeys
        changes.claims = claims
        apply(changes)
    }

    // MARK: Reading

    /// All users by name.
    package var users: [UserRecord] { userByName.values.sorted { $0.name < $1.name } }

    /// All tokens by time of creation, then id.
    package var tokens: [AccessToken] {
        tokenByID.values.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// All keys by node.
    package var nodeKeys: [NodeKey] { keyByNode.values.sorted { $0.node < $1.node } }

    /// A user by name.
    package func user(_ name: String) -> UserRecord? { userByName[name] }

    /// The user that a token's digest stands for at a time.
    package func user(ofTokenDigest digest: String, at wallMilliseconds: Int64) -> UserRecord? {
        guard let id = tokenOfDigest[digest], let token = tokenByID[id],
            !hasExpired(token, wallMilliseconds)
        else { return nil }
        return userByName[token.user]
    }

    /// The user mapped to a user number of the scheduler's host; the first by name of several.
    package func user(ofHostUser number: UInt32) -> UserRecord? {
        users.first { $0.hostUser == number }
    }

    /// The node a public key speaks for; `nil` for one that is not admitted.
    package func node(ofKey publicKey: String) -> NodeID? {
        nodeOfKey[publicKey].map { NodeID($0) }
    }

    /// The key of a node.
    package func key(of node: NodeID) -> NodeKey? { keyByNode[node.name] }

    /// Whether a key is announced and not yet in use.
    package func isNext(_ publicKey: String) -> Bool {
        nodeOfKey[publicKey].flatMap { keyByNode[$0] }?.nextPublicKey == publicKey
    }

    /// Whether somebody of the namespace uploaded the file.
    package func holds(_ claim: ArtifactClaim) -> Bool { claims.contains(claim) }

    // MARK: Changing

    /// Takes one event; refusals are values. Nothing changes before ``apply(_:)`` is given the
    /// changes: a commit that fails leaves the registry as it was.
    package func step(_ event: AccessEvent, at wallMilliseconds: Int64) -> AccessEffects {
        switch event {
        case .putUser(let user): put(user)
        case .removeUser(let name): removeUser(name)
        case .issue(let token): issue(token, wallMilliseconds)
        case .revoke(let id): revoke(id)
        case .join(let node, let key, let id, let digest):
            join(node, key, id, digest, wallMilliseconds)
        case .rotate(let node, let key, let next): rotate(node, key, next)
        case .keyUsed(let key): keyUsed(key, wallMilliseconds)
        case .removeNode(let node): removeNode(node)
        case .claim(let claim): take(claim)
        }
    }

    /// Takes over committed changes.
    package mutating func apply(_ changes: AccessChanges) {
        for user in changes.users { userByName[user.name] = user }
        for name in changes.removedUsers {
            userByName[name] = nil
            for token in tokenByID.values where token.user == name { forget(token) }
        }
        for token in changes.tokens {
            tokenByID[token.id] = token
            if !token.isForJoining { tokenOfDigest[token.digest] = token.id }
        }
        for id in changes.removedTokens {
            if let token = tokenByID[id] { forget(token) }
        }
        for name in changes.removedNodes { forgetKey(of: name) }
        for key in changes.nodeKeys {
            forgetKey(of: key.node)
            keyByNode[key.node] = key
            nodeOfKey[key.publicKey] = key.node
            if !key.nextPublicKey.isEmpty { nodeOfKey[key.nextPublicKey] = key.node }
        }
        claims.formUnion(changes.claims)
    }

    private mutating func forget(_ token: AccessToken) {
        tokenByID[token.id] = nil
        if tokenOfDigest[token.digest] == token.id { tokenOfDigest[token.digest] = nil }
    }

    private mutating func forgetKey(of node: String) {
        guard let key = keyByNode.removeValue(forKey: node) else { return }
        nodeOfKey[key.publicKey] = nil
        nodeOfKey[key.nextPublicKey] = nil
    }

    func hasExpired(_ token: AccessToken, _ wallMilliseconds: Int64) -> Bool {
        token.expiresAt.map { $0 <= wallMilliseconds } ?? false || token.usesLeft == 0
    }
}
