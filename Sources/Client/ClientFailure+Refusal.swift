import ControlAPI
import Foundation

extension ClientFailure {
    /// What an answer other than a success means.
    static func refusal(code: Int, body: [UInt8], connection: Connection) -> ClientFailure {
        guard let failure = try? JSONDecoder().decode(ErrorBody.self, from: Data(body)).error else {
            let hint = code < 500 ? "is it a scheduler?" : "see its log, or try again"
            return ClientFailure(
                code == 401 || code == 403 ? .refused : .unreachable,
                "\(connection.server) answers HTTP \(code) without a reason; \(hint)")
        }
        return ClientFailure(
            status(code: code, reason: failure.reason),
            message(code: code, failure, connection), reason: failure.reason)
    }

    private static func status(code: Int, reason: String) -> ExitStatus {
        switch code {
        case 400, 413, 415, 422: .wrongUsage
        case 404: .notFound
        case 401, 403, 409, 429, 507: .refused
        case 503: ["LimitReached", "DiskFull"].contains(reason) ? .refused : .unreachable
        case 502, 504: .unreachable
        default: .workFailed
        }
    }

    private static func message(
        code: Int, _ failure: ErrorBody.Failure, _ connection: Connection
    ) -> String {
        if !failure.diagnostics.isEmpty {
            return failure.diagnostics.map(\.rendered).joined(separator: "\n")
        }
        guard code == 401 else { return "\(failure.reason): \(failure.message)" }
        let (server, origin) = (connection.server, connection.origin)
        switch (connection.token, connection.tokenPath) {
        case (nil, let path?):
            return "\(server) (\(origin)) needs a token and there is none at \(path); "
                + "is it another user's scheduler? Name the file with MLCTL_TOKEN_FILE"
        case (nil, nil):
            return "\(server) (\(origin)) needs a token; name its file with MLCTL_TOKEN_FILE "
                + "or in a context"
        case (_, let path):
            return "\(server) (\(origin)) does not accept the token of \(path ?? "this client"); "
                + "name the right file with MLCTL_TOKEN_FILE or in a context"
        }
    }
}
