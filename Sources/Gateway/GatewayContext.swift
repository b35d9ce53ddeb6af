import ClusterVocabulary
import Hummingbird
import NIOCore

/// What travels with a request: the framework's part and who sent it.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who sent it; `nil` only on open paths.
    var identity: Identity?
    /// The connection it came through.
    let channel: any Channel

    init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Who sent it, when they may change things.
    func writer() throws(GatewayFailure) -> Identity {
        guard let identity else { throw .unauthorized }
        guard identity.role != .viewer else {
            throw .forbidden("the token of \(identity.user) only allows looking")
        }
        return identity
    }

    /// Who sent it; a route behind the door always has one.
    func sender() throws(GatewayFailure) -> Identity {
        guard let identity else { throw .unauthorized }
        return identity
    }

    /// Refuses a namespace, named in a body, that the sender does not see.
    func require(namespace: String) throws(GatewayFailure) {
        let identity = try sender()
        guard identity.sees(namespace) else {
            throw .forbidden(
                "\(identity.user) works in the namespace \(identity.namespace ?? "") alone, not in "
                    + "\(namespace.prefix(100))")
        }
    }

    /// Refuses unless the sender owns what `owner` owns, or is an administrator.
    func requireOwner(_ owner: String, of name: String) throws(GatewayFailure) {
        let identity = try writer()
        guard identity.role == .admin || identity.user == owner else {
            throw .forbidden("\(name) belongs to \(owner); only \(owner) or an admin may change it")
        }
    }
}
