import AccessControl
import Artifacts
import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import Ledger
import Messaging
import SchedulerService

/// Users, tokens, keys of nodes, and who did what. Who may ask stands in ``Authorisation``.
struct AccessRoutes: Sendable {
    let backend: any SchedulerBackend
    let settings: GatewaySettings

    func add(to router: Router<GatewayContext>) {
        router.get("/v1/whoami") { _, context in
            let sender = try context.sender()
            return Response.json(
                SenderBody(
                    user: sender.user, role: sender.role.word, namespace: sender.namespace,
                    origin: sender.origin))
        }
        router.get("/v1/probe") { request, context in try await probe(request, context) }
        router.delete("/v1/nodes/{name}") { _, context in
            guard let node = NodeID(checking: try context.name("name")) else {
                throw GatewayFailure.invalid("that is no name of a node")
            }
            if let refusal = await backend.remove(node) { throw GatewayFailure(refusal) }
            return result(node.name)
        }
        router.get("/v1/users") { request, _ in try listUsers(request) }
        router.put("/v1/users/{name}") { request, context in try await put(request, context) }
        router.delete("/v1/users/{name}") { _, context in
            let name = try context.name("name")
            try await change(.removeUser(name))
            return result(name)
        }
        router.post("/v1/users/{name}/tokens") { request, context in
            try await issueUserToken(request, context)
        }
        router.get("/v1/tokens") { request, _ in try listTokens(request) }
        router.post("/v1/tokens") { request, context in
            try await issueJoinToken(request, context)
        }
        router.delete("/v1/tokens/{id}") { _, context in
            let id = try context.name("id")
            try await change(.revoke(id))
            return result(id)
        }
        router.get("/v1/audit") { request, _ in try await audit(request) }
    }

    // MARK: Probe

    /// Tries a port of the sender's own host and of no other.
    private func probe(_ request: Request, _ context: GatewayContext) async throws -> Response {
        guard let port = try request.number("port"), (1_024...65_535).contains(port) else {
            throw GatewayFailure.invalid("port must be 1024 to 65535")
        }
        guard let address = context.channel.remoteAddress?.ipAddress else {
            throw GatewayFailure.conflict("the sender is on this host")
        }
        let reason = try await BlockingWork.run { PortProbe.reason(host: address, port: port) }
        return .json(ProbeBody(port: port, reason: reason))
    }

    // MARK: Users

    private func listUsers(_ request: Request) throws -> Response {
        let registry = backend.access.registry
        let tokens = registry.tokens
        let users = registry.users.map { user in
            UserBody(user, tokens: tokens.count { $0.user == user.name })
        }
        switch try OutputForm(request) {
        case .json: return .json(ItemList(users))
        case .name: return .text(users.map { $0.name + "\n" }.joined())
        case .table, .wide:
            var table = TextTable(
                [
                    ("NAME", .leading), ("ROLE", .leading), ("NAMESPACE", .leading),
                    ("UID", .trailing), ("TOKENS", .trailing), ("CREATED", .leading),
                ], rowCapacity: users.count)
            for user in users {
                table.append([
                    user.name, user.role, user.role == "admin" ? "(all)" : user.namespace,
                    user.hostUser.map { String($0) } ?? "", String(user.tokens),
                    user.createdAt ?? "",
                ])
            }
            return .text(table.text)
        }
    }

    private func put(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let name = try context.name("name")
        let order = try await request.json(UserRequest.self, of: settings)
        guard let role = AccessRole(word: order.role ?? "user"), role != .node else {
            throw GatewayFailure.invalid("the role must be admin, user or viewer")
        }
        let user = UserRecord(
            name: name, role: role, namespace: order.namespace ?? name,
            hostUser: order.hostUser, createdAt: WallTime.milliseconds)
        try await change(.putUser(user))
        let registry = backend.access.registry
        let tokens = registry.tokens.count { $0.user == name }
        return .json(UserBody(registry.user(name) ?? user, tokens: tokens))
    }

    // MARK: Tokens

    private func issueUserToken(
        _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        let name = try context.name("name")
        let order = try await request.json(TokenRequest.self, of: settings)
        let seconds = try order.ttlSeconds.map { seconds throws(GatewayFailure) in
            try life(seconds, longest: TokenRequest.longestUser)
        }
        return try await issue(context, seconds: seconds) { secret, token in
            token.user = name
            return "mlctl-\(secret)"
        }
    }

    private func issueJoinToken(
        _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        let order = try await request.json(TokenRequest.self, of: settings)
        let seconds = try life(
            order.ttlSeconds ?? TokenRequest.usualJoin, longest: TokenRequest.longestJoin)
        let uses = order.uses ?? 1
        guard (1...TokenRequest.mostUses).contains(uses) else {
            throw GatewayFailure.invalid("uses must be 1 to \(TokenRequest.mostUses)")
        }
        return try await issue(context, seconds: seconds) { secret, token in
            token.usesLeft = uses
            token.node = order.node ?? ""
            return secret
        }
    }

    /// Makes a token: `complete` says what it is for and gives the secret that counts.
    private func issue(
        _ context: GatewayContext, seconds: Int64?,
        _ complete: (String, inout AccessToken) -> String
    ) async throws -> Response {
        let now = WallTime.milliseconds
        var token = AccessToken(
            id: SecretText.makeID(), digest: "", expiresAt: seconds.map { now + $0 * 1_000 },
            createdBy: try context.sender().user, createdAt: now)
        let secret = complete(SecretText.make(), &token)
        token.digest = SHA256Hasher.digest(of: Array(secret.utf8)).hex
        try await change(.issue(token))
        let text =
            token.isForJoining
            ? JoinToken(
                id: token.id, secret: secret, serverPublicKey: backend.serverPublicKey
            ).text : secret
        return .json(
            IssuedToken(
                id: token.id, token: text,
                expiresAt: token.expiresAt.flatMap(TimeText.text(milliseconds:))),
            status: .created)
    }

    private func life(_ seconds: Int64, longest: Int64) throws(GatewayFailure) -> Int64 {
        guard (1...longest).contains(seconds) else {
            throw .invalid("ttlSeconds must be 1 to \(longest)")
        }
        return seconds
    }

    private func listTokens(_ request: Request) throws -> Response {
        let tokens = backend.access.registry.tokens.map { TokenBody($0) }
        switch try OutputForm(request) {
        case .json: return .json(ItemList(tokens))
        case .name: return .text(tokens.map { $0.id + "\n" }.joined())
        case .table, .wide:
            var table = TextTable(
                [
                    ("ID", .leading), ("FOR", .leading), ("USES", .trailing),
                    ("EXPIRES", .leading), ("BY", .leading), ("CREATED", .leading),
                ], rowCapacity: tokens.count)
            for token in tokens {
                let join = token.node.map { "joining as \($0)" } ?? "joining"
                table.append([
                    token.id, token.user ?? join, token.usesLeft.map { String($0) } ?? "",
                    token.expiresAt ?? "never", token.createdBy, token.createdAt ?? "",
                ])
            }
            return .text(table.text)
        }
    }

    // MARK: Record

    private func audit(_ request: Request) async throws -> Response {
        let after = Int64(try request.number("after") ?? 0)
        let limit = min(
            max(1, try request.number("limit") ?? GatewaySettings.mostEvents),
            GatewaySettings.mostEvents)
        let user = request.query("user")
        let backend = backend
        let lines = try await BlockingWork.run {
            try backend.audits(user: user, after: after, limit: limit)
        }
        let bodies = lines.map { AuditBody(sequence: $0.sequence, record: $0.record) }
        switch try OutputForm(request) {
        case .json: return .json(ItemList(bodies, more: lines.count == limit))
        case .name: return .text(bodies.map { "\($0.sequence)\n" }.joined())
        case .table, .wide:
            var table = TextTable(
                [
                    ("SEQUENCE", .trailing), ("TIME", .leading), ("USER", .leading),
                    ("ROLE", .leading), ("FROM", .leading), ("OPERATION", .leading),
                    ("TARGET", .leading), ("OUTCOME", .leading),
                ], rowCapacity: bodies.count)
            for line in bodies {
                table.append([
                    String(line.sequence), line.at ?? "", line.user, line.role, line.origin,
                    line.operation, line.target, line.outcome,
                ])
            }
            return .text(table.text)
        }
    }

    private func change(_ event: AccessEvent) async throws {
        if let refusal = await backend.change(event) { throw GatewayFailure(refusal) }
    }

    private func result(_ name: String) -> Response {
        .json(ActionResult(name: name, namespace: "", id: 0))
    }
}
