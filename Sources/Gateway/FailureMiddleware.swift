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

    let settings: GatewaySettings

    func handle(
        _ request: Request, context: GatewayContext,
        next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let response = try await answer(request, context, next)
        guard response.status.code >= 400, isLong(request) else { return response }
        return closing(response, context)
    }

    /// Whether more may follow the header than is worth reading for nothing.
    private func isLong(_ request: Request) -> Bool {
        guard request.headers[.transferEncoding] == nil else { return true }
        let length = request.headers[.contentLength].flatMap(Int.init) ?? 0
        return length > GatewaySettings.mostReadForNothing
    }

    /// The connection ends with this answer. What still comes is read for a moment, so that a
    /// client that sends all before it listens sees the answer; one that goes on is cut off.
    private func closing(_ response: Response, _ context: GatewayContext) -> Response {
        var response = response
        response.headers[.connection] = "close"
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: .seconds(settings.lingerSeconds)) {
            channel.close(promise: nil)
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: GatewayContext,
        _ next: @concurrent (Request, GatewayContext) async throws -> Response
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
