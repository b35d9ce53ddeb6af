import Artifacts
import ControlAPI
import HTTPTypes
import Hummingbird
import Ledger
import Logging
import NIOCore
import NIOHTTP1

/// Turns everything thrown on the way into an answer with an error body.
struct FailureMiddleware: RouterMiddleware {
    typealias Context = GatewayContext

    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as GatewayFailure {
            return failure.response
        } catch let error as ArtifactError {
            log(error, request, context)
            return GatewayFailure(error).response
        } catch is NIOTooManyBytesError {
            return GatewayFailure(
                .contentTooLarge, "TooLarge", "the body is larger than this path accepts"
            ).response
        } catch let error as HTTPError {
            return answer(error, request)
        } catch let error as HTTPParserError {
            // The server itself answers a broken request and closes the connection.
            throw error
        } catch let error as CancellationError {
            throw error
        } catch let error as LedgerError {
            log(error, request, context)
            return GatewayFailure(
                .serviceUnavailable, "LedgerUnavailable",
                "the ledger cannot be read now; try again, then see the scheduler's log",
                retryAfter: 1
            ).response
        } catch {
            log(error, request, context)
            return GatewayFailure(
                .internalServerError, "Internal", "an error inside the scheduler; see its log"
            ).response
        }
    }

    private func log(_ error: any Error, _ request: Request, _ context: GatewayContext) {
        context.logger.error(
            "a request failed",
            metadata: ["path": "\(request.uri.path.prefix(200))", "error": "\(error)"])
    }

    private func answer(_ error: HTTPError, _ request: Request) -> Response {
        guard error.status == .notFound else {
            let word = error.status.reasonPhrase.filter { $0 != " " }
            return GatewayFailure(error.status, word, error.body ?? error.status.reasonPhrase)
                .response
        }
        let path = request.uri.path
        let allowed = Endpoint.methods(matching: path)
        guard !allowed.isEmpty else {
            return GatewayFailure.notFound(
                "there is nothing at \(path.prefix(200)); \(APIPath.document) lists all paths"
            ).response
        }
        let names = allowed.joined(separator: ", ")
        var response = GatewayFailure(
            .methodNotAllowed, "MethodNotAllowed",
            "\(request.method.rawValue) is not possible here, only \(names)"
        ).response
        response.headers[.allow] = names
        return response
    }
}
