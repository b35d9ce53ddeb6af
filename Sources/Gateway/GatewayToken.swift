/// A bearer token and whom it stands for.
package struct GatewayToken: Sendable {
    /// The secret text.
    package var token: String
    /// Who submits with it.
    package var user: String
    /// What it allows.
    package var role: GatewayRole

    /// Makes a token.
    package init(token: String, user: String, role: GatewayRole) {
        self.token = token
        self.user = user
        self.role = role
    }
}

/// What a token allows.
package enum GatewayRole: String, Sendable, CaseIterable {
    /// Looking.
    case viewer
    /// Looking, submitting, changing own jobs.
    case user
    /// Everything.
    case admin
}
