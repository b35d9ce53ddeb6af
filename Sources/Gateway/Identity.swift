import ClusterVocabulary

/// Who sent a request.
struct Identity: Sendable {
    /// The user.
    let user: String
    /// What they may do.
    let role: AccessRole
    /// The only namespace they see; `nil` for all.
    let namespace: String?
    /// The hosts' user number as whom their commands run; `nil` without a mapping.
    var hostUser: UInt32?
    /// Whether they are the user who runs the scheduler.
    var ownsCluster = false
    /// From where: an address, or `uid N`.
    var origin = ""

    /// As whom their commands run on the hosts.
    var owner: CommandOwner { CommandOwner(hostUser: hostUser, ownsCluster: ownsCluster) }

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
