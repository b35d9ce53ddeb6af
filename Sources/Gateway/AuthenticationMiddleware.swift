import HTTPTypes
import Hummingbird

/// Lets nobody pass without a token, except to the open paths.
struct AuthenticationMiddleware: RouterMiddleware {
    typealias Context = GatewayContext

    let tokens: TokenTable

    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.identity = bearer(request).flatMap { tokens.identity(of: $0) }
        if context.identity == nil, !Endpoint.isOpen(request.uri.path) {
            throw GatewayFailure.unauthorized
        }
        return try await next(request, context)
    }

    private func bearer(_ request: Request) -> String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
