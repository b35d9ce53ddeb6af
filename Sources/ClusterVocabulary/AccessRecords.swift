/// What somebody may do; numbers are the file format and never reused.
package enum AccessRole: UInt8, Sendable, CaseIterable {
    /// Everything, in every namespace.
    case admin = 1
    /// Looking and submitting in the own namespace, changing own jobs there.
    case user = 2
    /// Looking, in the own namespace.
    case viewer = 3
    /// An enrolled worker: the node sockets and nothing of the REST API.
    case node = 4

    /// The word people type and see.
    package var word: String { String(describing: self) }

    /// The role of a word.
    package init?(word: String) {
        guard let role = AccessRole.allCases.first(where: { $0.word == word }) else { return nil }
        self = role
    }
}

/// A person or program that may use the REST API.
package struct UserRecord: Hashable, Sendable {
    /// The name; unique, by the rule of node names.
    package var name: String
    /// What they may do; never ``AccessRole/node``.
    package var role: AccessRole
    /// The only namespace they see; an admin sees all.
    package var namespace: String
    /// The host's user number whose processes are this user on the Unix socket, and as whom the
    /// user's commands run; `nil` when none is mapped.
    package var hostUser: UInt32?
    /// Wall-clock milliseconds of creation.
    package var createdAt: Int64

    /// Makes a user.
    package init(
        name: String, role: AccessRole, namespace: String, hostUser: UInt32?, createdAt: Int64
    ) {
        self.name = name
        self.role = role
        self.namespace = namespace
        self.hostUser = hostUser
        self.createdAt = createdAt
    }
}

/// A secret that was handed out, known here by its digest alone.
package struct AccessToken: Hashable, Sendable {
    /// Names the token in lists; 1 to 16 characters.
    package var id: String
    /// SHA-256 of the secret, 64 hexadecimal digits.
    package var digest: String
    /// The user it stands for; empty for a token that enrols workers.
    package var user: String
    /// The only node it enrols, whose key it may replace; empty for any new one.
    package var node: String
    /// How often it enrols yet; `nil` without end.
    package var usesLeft: UInt32?
    /// Wall-clock milliseconds after which it counts no more; `nil` without end.
    package var expiresAt: Int64?
    /// Who asked for it.
    package var createdBy: String
    /// Wall-clock milliseconds of creation.
    package var createdAt: Int64

    /// The token that workers of the scheduler's own user and host find in its state folder.
    package static let localID = "local"

    /// Makes a token.
    package init(
        id: String, digest: String, user: String = "", node: String = "", usesLeft: UInt32? = nil,
        expiresAt: Int64? = nil, createdBy: String, createdAt: Int64
    ) {
        self.id = id
        self.digest = digest
        self.user = user
        self.node = node
        self.usesLeft = usesLeft
        self.expiresAt = expiresAt
        self.createdBy = createdBy
        self.createdAt = createdAt
    }

    /// Whether it enrols workers.
    package var isForJoining: Bool { user.isEmpty }
}

/// The key by which a worker is known.
package struct NodeKey: Hashable, Sendable {
    /// The node it speaks for, and for no other.
    package var node: String
    /// The public CURVE key, 40 characters of Z85.
    package var publicKey: String
    /// The key that takes its place once the worker uses it; empty while none is announced.
    package var nextPublicKey: String
    /// The token that enrolled it.
    package var token: String
    /// Wall-clock milliseconds of the enrolment.
    package var enrolledAt: Int64
    /// Wall-clock milliseconds of the last change of the key; 0 before the first.
    package var rotatedAt: Int64

    /// Makes a key.
    package init(
        node: String, publicKey: String, nextPublicKey: String = "", token: String,
        enrolledAt: Int64, rotatedAt: Int64 = 0
    ) {
        self.node = node
        self.publicKey = publicKey
        self.nextPublicKey = nextPublicKey
        self.token = token
        self.enrolledAt = enrolledAt
        self.rotatedAt = rotatedAt
    }
}

/// The right of a namespace to a stored file: somebody of it uploaded these very bytes.
package struct ArtifactClaim: Hashable, Sendable {
    /// The namespace.
    package var namespace: String
    /// SHA-256 of the file, 64 hexadecimal digits.
    package var digest: String

    /// Makes a claim.
    package init(namespace: String, digest: String) {
        self.namespace = namespace
        self.digest = digest
    }
}

/// One line of the record of who did what.
package struct AuditRecord: Hashable, Sendable {
    /// Wall-clock milliseconds.
    package var at: Int64
    /// Who.
    package var user: String
    /// As what: the word of their role.
    package var role: String
    /// From where: an address, `uid N` of a Unix socket, or `scheduler`.
    package var origin: String
    /// What was asked, as the REST API names the operation.
    package var operation: String
    /// Of what.
    package var target: String
    /// `done`, or why not.
    package var outcome: String

    /// The longest text of one field, in UTF-8 bytes; longer ones are cut.
    package static let longestText = 512

    /// Makes a record.
    package init(
        at: Int64, user: String, role: String, origin: String, operation: String, target: String,
        outcome: String
    ) {
        func cut(_ text: String) -> String {
            text.utf8.count <= AuditRecord.longestText
                ? text : String(text.prefix(AuditRecord.longestText / 4)) + "…"
        }
        self.at = at
        self.user = cut(user)
        self.role = cut(role)
        self.origin = cut(origin)
        self.operation = cut(operation)
        self.target = cut(target)
        self.outcome = cut(outcome)
    }
}

/// What one commit changes of users, tokens, keys and claims.
package struct AccessChanges: Hashable, Sendable {
    /// Users that are new or changed.
    package var users: [UserRecord] = []
    /// Users that are gone, with their tokens.
    package var removedUsers: [String] = []
    /// Tokens that are new or changed.
    package var tokens: [AccessToken] = []
    /// Tokens that are gone, by id.
    package var removedTokens: [String] = []
    /// Keys of nodes that are new or changed.
    package var nodeKeys: [NodeKey] = []
    /// Nodes whose key counts no more.
    package var removedNodes: [String] = []
    /// New rights to stored files.
    package var claims: [ArtifactClaim] = []

    /// No changes.
    package init() {}

    /// Whether nothing changes.
    package var isEmpty: Bool { self == AccessChanges() }
}
