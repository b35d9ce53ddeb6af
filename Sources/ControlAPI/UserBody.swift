package import ClusterVocabulary

/// One user.
package struct UserBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The name.
    package var name: String
    /// `admin`, `user` or `viewer`.
    package var role: String
    /// The only namespace they see; an admin sees all.
    package var namespace: String
    /// The user number on the scheduler's host that is this user; `nil` when none is.
    package var hostUser: UInt32?
    /// How many tokens they have.
    package var tokens: Int
    /// Creation, as ``TimeText`` writes times.
    package var createdAt: String?

    /// The body of a record.
    package init(_ user: UserRecord, tokens: Int) {
        name = user.name
        role = user.role.word
        namespace = user.namespace
        hostUser = user.hostUser
        self.tokens = tokens
        createdAt = TimeText.text(milliseconds: user.createdAt)
    }

    /// Writes the user.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("name", name)
        json.field("role", role)
        json.field("namespace", namespace)
        json.key("hostUser")
        if let hostUser { json.value(hostUser) } else { json.null() }
        json.field("tokens", tokens)
        json.field("createdAt", createdAt)
        json.endObject()
    }
}

/// The body of `PUT /v1/users/{name}`.
package struct UserRequest: Decodable, Hashable, Sendable, JSONWritable {
    /// `admin`, `user` or `viewer`; `user` when absent.
    package var role: String?
    /// The only namespace they see; their name when absent.
    package var namespace: String?
    /// The user number on the scheduler's host to map.
    package var hostUser: UInt32?

    /// Makes a request.
    package init(role: String? = nil, namespace: String? = nil, hostUser: UInt32? = nil) {
        self.role = role
        self.namespace = namespace
        self.hostUser = hostUser
    }

    /// Writes the request.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("role", role)
        json.field("namespace", namespace)
        json.key("hostUser")
        if let hostUser { json.value(hostUser) } else { json.null() }
        json.endObject()
    }
}

/// Who the scheduler takes the sender of a request for.
package struct SenderBody: Decodable, Hashable, Sendable, JSONWritable {
    /// The user.
    package var user: String
    /// What they may do.
    package var role: String
    /// The only namespace they see; `nil` for all.
    package var namespace: String?
    /// From where: an address, or `uid N` of the Unix socket.
    package var origin: String

    /// Makes a body.
    package init(user: String, role: String, namespace: String?, origin: String) {
        self.user = user
        self.role = role
        self.namespace = namespace
        self.origin = origin
    }

    /// Writes the sender.
    package func write(into json: inout JSONText) {
        json.beginObject()
        json.field("user", user)
        json.field("role", role)
        json.field("namespace", namespace)
        json.field("origin", origin)
        json.endObject()
    }
}
