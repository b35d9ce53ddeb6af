import ControlAPI
import Foundation
import HTTPTypes

/// One operation of the API: what the router serves and the OpenAPI document describes.
struct Endpoint: Sendable, Hashable {
    /// The HTTP method.
    let method: String
    /// The path with `{name}` for its variable parts.
    let path: String
    /// The operation's name in generated clients.
    let operation: String
    /// What it does, in one sentence.
    let summary: String
    /// Query parameters it understands.
    var query: [String] = []
    /// The schema of the request body; empty when it takes none.
    var request = ""
    /// The schema of the successful answer, `[…]` around the items of a list; a media type with a
    /// slash stands for itself.
    var response = ""
    /// The status of the successful answer.
    var status = 200
    /// The schema of an answer with status 200 beside the one with ``status``; empty when none.
    var alternative = ""
    /// Whether it is answered without a token.
    var isOpen: Bool { Authorisation.permission(of: operation) == .open }

    /// The operation that a request asks for: of several patterns that with the most fixed parts.
    static func matching(method: String, path: String) -> Endpoint? {
        let parts = path.split(separator: "/")
        var best: (endpoint: Endpoint, fixed: Int)?
        for (endpoint, pattern) in patterns where endpoint.method == method {
            guard pattern.count == parts.count,
                zip(pattern, parts).allSatisfy({ $0.first == "{" || $0 == $1 })
            else { continue }
            let fixed = pattern.count { $0.first != "{" }
            if fixed > best?.fixed ?? -1 { best = (endpoint, fixed) }
        }
        return best?.endpoint
    }

    /// All operations with the parts of their paths.
    private static let patterns: [(Endpoint, [Substring])] = all.map {
        ($0, $0.path.split(separator: "/"))
    }

    /// What stands in a path in place of the variable parts.
    func variables(of path: String) -> [String] {
        var found: [String] = []
        for (pattern, part) in zip(self.path.split(separator: "/"), path.split(separator: "/"))
        where pattern.first == "{" {
            let text = String(part.prefix(200))
            found.append(text.removingPercentEncoding ?? "?")
        }
        return found
    }

    /// The methods of all operations whose path has this form, in alphabetical order.
    static func methods(matching path: String) -> [String] {
        let parts = path.split(separator: "/")
        let matching = all.filter { endpoint in
            let pattern = endpoint.path.split(separator: "/")
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0.first == "{" || $0 == $1 }
        }
        return Set(matching.map(\.method)).sorted()
    }
}
