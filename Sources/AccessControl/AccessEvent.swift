package import ClusterVocabulary

/// Everything the registry of users, tokens and node keys is ever told.
package enum AccessEvent: Sendable, Equatable {
    /// Add a user, or change one's role, namespace and mapping.
    case putUser(UserRecord)
    /// Remove a user with all tokens.
    case removeUser(String)
    /// Hand out a token; its secret is known to the asker alone.
    case issue(AccessToken)
    /// Take a token back, by id.
    case revoke(String)
    /// A worker with this public key asks to be a node, by a token's id and its secret's digest.
    case join(node: NodeID, publicKey: String, tokenID: String, secretDigest: String)
    /// The worker with this key wants to be known by another.
    case rotate(node: NodeID, publicKey: String, nextPublicKey: String)
    /// The worker used this key: an announced one takes the old one's place.
    case keyUsed(String)
    /// A node's key counts no more.
    case removeNode(NodeID)
    /// Somebody of a namespace uploaded a file.
    case claim(ArtifactClaim)
}

/// What follows from an ``AccessEvent``: changes to make durable, then the answer.
package struct AccessEffects: Sendable, Equatable {
    /// What to commit.
    package var changes = AccessChanges()
    /// Why nothing changes; `nil` when it took effect.
    package var refusal: Reason?

    init(_ changes: AccessChanges) {
        self.changes = changes
    }

    init(refusing code: Reason.Code, _ message: String) {
        refusal = Reason(code, message)
    }
}

/// The most of everything a registry keeps.
package struct AccessLimits: Sendable, Equatable {
    /// Users.
    package var users = 10_000
    /// Tokens of all kinds.
    package var tokens = 50_000
    /// Tokens of one user.
    package var tokensPerUser = 32
    /// Nodes with a key.
    package var nodes = 4_096
    /// Rights of namespaces to stored files.
    package var claims = 1_000_000

    /// The defaults, as the fields state them.
    package init() {}
}
