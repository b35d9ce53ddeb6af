import ControlAPI
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
    var isOpen = false

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

    /// Whether a path is answered without a token.
    static func isOpen(_ path: String) -> Bool {
        all.contains { $0.isOpen && $0.path == path }
    }
}
