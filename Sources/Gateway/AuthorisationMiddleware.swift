import AccessControl
import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import SchedulerService

/// Lets nobody pass who may not: the one place where identity, role, namespace and the record of
/// changes are decided, for every route alike.
///
/// Behind it the query's `namespace` is always one the sender may see: a user's own takes the place
/// of an absent one, another one is refused. A path that stands in no row of ``Endpoint/all`` is
/// not served.
struct AuthorisationMiddleware: RouterMiddleware {
    typealias Context = GatewayContext

    let credentials: CredentialCheck
    let counts: ConnectionCounts
    let backend: any SchedulerBackend

    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let identity = try await credentials.identity(of: request, context.channel)
        context.identity = identity
        let found = Endpoint.matching(method: request.method.rawValue, path: request.uri.path)
        let permission = found.map { Authorisation.permission(of: $0.operation) }
        if permission == .open { return try await next(request, context) }
        guard let identity else { throw GatewayFailure.unauthorized }
        counts.prove(context.channel)
        guard let endpoint = found, let permission else { throw HTTPError(.notFound) }
        let actor = actor(identity, endpoint, request)
        do throws(GatewayFailure) {
            try require(permission, of: identity)
        } catch {
            backend.record(
                actor.record("refused: \(error.failure.message)", at: WallTime.milliseconds))
            throw error
        }
        let scoped: Request
        do throws(GatewayFailure) {
            scoped = try scope(request, to: identity)
        } catch {
            backend.record(
                actor.record("refused: \(error.failure.message)", at: WallTime.milliseconds))
            throw error
        }
        guard permission.isChange else { return try await next(scoped, context) }
        let passed = context
        return try await RequestActor.$current.withValue(actor) {
            try await recorded(actor, scoped) { try await next(scoped, passed) }
        }
    }

    /// Runs a change; what the scheduler's loop did not write down itself is written down here.
    private func recorded(
        _ actor: RequestActor, _ request: Request, _ body: () async throws -> Response
    ) async throws -> Response {
        do {
            let response = try await body()
            let isRehearsal = (try? request.flag("dryRun")) == true
            if !actor.isRecorded, !isRehearsal, response.status.code < 300 {
                backend.record(actor.record("done", at: WallTime.milliseconds))
            }
            return response
        } catch let failure as GatewayFailure {
            if !actor.isRecorded, failure.status == .forbidden {
                backend.record(
                    actor.record(
                        "refused: \(failure.failure.message)", at: WallTime.milliseconds))
            }
            throw failure
        }
    }

    private func require(
        _ permission: Permission, of identity: Identity
    ) throws(GatewayFailure) {
        guard !permission.isGiven(to: identity.role) else { return }
        switch permission {
        case .administer, .administerLooking:
            throw .forbidden("\(identity.user) is \(identity.role.word); this takes an admin")
        default:
            throw .forbidden(
                "the token of \(identity.user) (\(identity.role.word)) only allows looking")
        }
    }

    /// The request with the namespace its sender is bound to; an empty one means their own, which
    /// of an admin is `default`.
    private func scope(_ request: Request, to identity: Identity) throws(GatewayFailure) -> Request
    {
        let asked = request.queries("namespace")
        if let own = identity.namespace,
            !asked.allSatisfy({ $0 == own || $0.isEmpty })
        {
            throw .forbidden("\(identity.user) sees the namespace \(own) alone")
        }
        let isWhole = identity.namespace == nil && !asked.contains("")
        guard !isWhole, let own = identity.namespace ?? Optional("default"), asked != [own] else {
            return request
        }
        var head = request.head
        let path = head.path ?? ""
        // The first of several values counts.
        let (before, query) = Self.split(path)
        head.path = "\(before)?namespace=\(own)" + (query.isEmpty ? "" : "&\(query)")
        return Request(head: head, body: request.body)
    }

    private static func split(_ path: String) -> (path: Substring, query: Substring) {
        guard let mark = path.firstIndex(of: "?") else { return (path[...], "") }
        return (path[..<mark], path[path.index(after: mark)...])
    }

    private func actor(
        _ identity: Identity, _ endpoint: Endpoint, _ request: Request
    ) -> RequestActor {
        var target = endpoint.variables(of: request.uri.path).joined(separator: "/")
        if endpoint.query.contains("namespace") {
            target = "\(request.query("namespace") ?? identity.namespace ?? "default")/\(target)"
        }
        return RequestActor(
            user: identity.user, role: identity.role, namespace: identity.namespace,
            origin: identity.origin, operation: endpoint.operation, target: target)
    }
}
