import ClusterVocabulary

/// Who sent a request.
struct Identity: Sendable {
    /// The user.
    let user: String
    /// What they may do.
    let role: AccessRole
    /// The only namespace they see; `nil` for all.
    let namespace: String?
    /// The host's user number as whom their commands run; `nil` for the daemon's own.
    var hostUser: UInt32?
    /// From where: an address, or `uid N`.
    var origin = ""

    /// Whether the namespace is theirs.
    func sees(_ other: String) -> Bool { namespace == nil || namespace == other }
}

extension Identity {
    /// The identity of a user as the scheduler knows them.
    init(_ user: UserRecord) {
        self.init(
            user: user.name, role: user.role,
            namespace: user.role == .admin ? nil : user.namespace, hostUser: user.hostUser)
    }
}
