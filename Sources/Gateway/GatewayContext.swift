import Hummingbird

/// What travels with a request: the framework's part and who sent it.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who sent it; `nil` only on open paths.
    var identity: Identity?

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Who sent it, when they may change things.
    func writer() throws(GatewayFailure) -> Identity {
        guard let identity else { throw .unauthorized }
        guard identity.role != .viewer else {
            throw .forbidden("the token of \(identity.user) only allows looking")
        }
        return identity
    }

    /// Refuses unless the sender owns what `owner` owns, or is an administrator.
    func requireOwner(_ owner: String, of name: String) throws(GatewayFailure) {
        let identity = try writer()
        guard identity.role == .admin || identity.user == owner else {
            throw .forbidden("\(name) belongs to \(owner); only \(owner) or an admin may change it")
        }
    }
}
