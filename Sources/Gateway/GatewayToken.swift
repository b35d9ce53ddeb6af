package import ClusterVocabulary

/// A bearer token given at the start and whom it stands for; others stand in the ledger.
package struct GatewayToken: Sendable {
    /// The secret text.
    package var token: String
    /// Who submits with it.
    package var user: String
    /// What it allows.
    package var role: AccessRole
    /// The only namespace seen with it; an admin sees all.
    package var namespace: String

    /// Makes a token.
    package init(token: String, user: String, role: AccessRole, namespace: String = "default") {
        self.token = token
        self.user = user
        self.role = role
        self.namespace = namespace
    }
}
