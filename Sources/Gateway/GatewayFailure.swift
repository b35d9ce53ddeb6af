import Artifacts
import ClusterVocabulary
import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// A refusal with its status: becomes the error body of an answer.
struct GatewayFailure: Error, Sendable {
    let status: HTTPResponse.Status
    let failure: ErrorBody.Failure
    /// Seconds after which trying again makes sense.
    let retryAfter: Int?

    init(
        _ status: HTTPResponse.Status, _ reason: String, _ message: String,
        retryAfter: Int? = nil
    ) {
        self.init(
            status, ErrorBody.Failure(reason: reason, message: message), retryAfter: retryAfter)
    }

    init(
        _ status: HTTPResponse.Status, _ failure: ErrorBody.Failure, retryAfter: Int? = nil
    ) {
        self.status = status
        self.failure = failure
        self.retryAfter = retryAfter
    }

    static let unauthorized = GatewayFailure(
        .unauthorized, "Unauthorized",
        "a valid token is needed: Authorization: Bearer …; the scheduler's "
            + "user finds it in keys/admin.token of its state folder")

    static func forbidden(_ message: String) -> GatewayFailure {
        GatewayFailure(.forbidden, "Forbidden", message)
    }

    static func invalid(_ message: String) -> GatewayFailure {
        GatewayFailure(.badRequest, "Invalid", message)
    }

    static func notFound(_ message: String) -> GatewayFailure {
        GatewayFailure(.notFound, "NotFound", message)
    }

    static func conflict(_ message: String) -> GatewayFailure {
        GatewayFailure(.conflict, "Conflict", message)
    }

    static func tooLarge(_ what: String, bound: Int) -> GatewayFailure {
        GatewayFailure(
            .contentTooLarge, "TooLarge", "\(what) is larger than \(bound) bytes")
    }

    /// The refusal of the scheduler core.
    init(_ reason: Reason) {
        let word = reason.code.word
        switch reason.code {
        case .notFound: self.init(.notFound, word, reason.message)
        case .invalid: self.init(.badRequest, word, reason.message)
        case .limitReached: self.init(.tooManyRequests, word, reason.message, retryAfter: 1)
        case .diskFull: self.init(.serviceUnavailable, word, reason.message, retryAfter: 30)
        default: self.init(.conflict, word, reason.message)
        }
    }

    /// A failure of stored files; paths of this host stay inside.
    init(_ error: ArtifactError) {
        let word = error.kind.rawValue
        let message = "\(error.reason); \(error.cure)"
        switch error.kind {
        case .notFound: self.init(.notFound, word, "the file is not in the store")
        case .digestMismatch: self.init(.unprocessableContent, word, message)
        case .tooLarge: self.init(.contentTooLarge, word, message)
        case .noSpace, .cacheFull:
            self.init(.insufficientStorage, word, message, retryAfter: 30)
        case .busy, .tooManyOpenFiles:
            self.init(.serviceUnavailable, word, message, retryAfter: 1)
        default: self.init(.internalServerError, word, message)
        }
    }

    /// The answer.
    var response: Response {
        var response = Response.json(ErrorBody(failure), status: status)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }
}

extension HTTPResponse.Status {
    /// 507: the disk is full.
    static let insufficientStorage = HTTPResponse.Status(
        code: 507, reasonPhrase: "Insufficient Storage")
}
