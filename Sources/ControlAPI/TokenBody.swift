package import ClusterVocabulary

/// One token that was handed out; its secret is shown to nobody again.
package struct TokenBody: Decodable, Hashable, Sendable, JSONWritable {
    /// Names the token.
    package var id: String
    /// The user it stands for; `nil` for one that enrols workers.
    package var user: String?
    /// The only node it enrols; `nil` for any new one.
    package var node: String?
    /// How often it enrols yet; `nil` without end.
    package var usesLeft: UInt32?
    /// Until when it counts, as ``TimeText`` writes times; `nil` without end.
    package var expiresAt: String?
    /// Who asked for it.
    package var createdBy: String
    /// Creation, as ``TimeText`` writes times.
    package var createdAt: String?

    /// The body of a record.
    package init(_ token: AccessToken) {
        id = token.id
        user = token.isForJoining ? nil : token.user
        node = token.node.isEmpty ? nil : token.node
        usesLeft = token.usesLeft
        expiresAt = token.expiresAt.flatMap(TimeText.text(milliseconds:))
        createdBy = token.createdBy
        createdAt = TimeText.text(milliseconds: token.createdAt)
    }

    /// Writes the token.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("id", id)
        json.field("user", user)
        json.field("node", node)
        json.key("usesLeft")
        if let usesLeft { json.value(usesLeft) } else { json.null() }
        json.field("expiresAt", expiresAt)
        json.field("createdBy", createdBy)
        json.field("createdAt", createdAt)
        json.endObject()
    }
}

/// What is asked of a new token.
package struct TokenRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// Seconds it counts; without end when absent (a join token: one hour).
    package var ttlSeconds: Int64?
    /// How many workers it enrols; one when absent.
    package var uses: UInt32?
    /// The only node it enrols; it may then replace that node's key.
    package var node: String?

    /// The longest life of a join token, in seconds: thirty days.
    package static let longestJoin: Int64 = 30 * 86_400
    /// The life of a join token when none is asked for, in seconds.
    package static let usualJoin: Int64 = 3_600
    /// The longest life of a user's token, in seconds: ten years.
    package static let longestUser: Int64 = 10 * 366 * 86_400
    /// The most workers one token enrols.
    package static let mostUses: UInt32 = 4_096

    /// Makes a request.
    package init(ttlSeconds: Int64? = nil, uses: UInt32? = nil, node: String? = nil) {
        self.ttlSeconds = ttlSeconds
        self.uses = uses
        self.node = node
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.key("ttlSeconds")
        if let ttlSeconds { json.value(ttlSeconds) } else { json.null() }
        json.key("uses")
        if let uses { json.value(uses) } else { json.null() }
        json.field("node", node)
        json.endObject()
    }
}

/// A token with its secret: the only time it is shown.
package struct IssuedToken: Decodable, Hashable, Sendable, JSONWritable {
    /// Names the token.
    package var id: String
    /// The text to hand over.
    package var token: String
    /// Until when it counts, as ``TimeText`` writes times; `nil` without end.
    package var expiresAt: String?

    /// Makes the answer.
    package init(id: String, token: String, expiresAt: String?) {
        self.id = id
        self.token = token
        self.expiresAt = expiresAt
    }

    /// Writes the token.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("id", id)
        json.field("token", token)
        json.field("expiresAt", expiresAt)
        json.endObject()
    }
}
